import Audit
import Foundation
import Postgres
import Scheduling

extension DriftNotice {
  /// What an audit of `users` told, with so many records missing.
  static func missing(_ count: Int, run: Int = 7, json: String? = nil) -> DriftNotice {
    var tally = AuditTally()
    (tally.compared, tally.missing) = (10, count)
    let now = Date(timeIntervalSince1970: 0)
    let report = AuditReport(
      run: run, set: "shop", startedAt: now, finishedAt: now,
      entities: [.init(entity: "users", tally: tally, seconds: 0, differences: [])])
    return DriftNotice(report, pages: count > 0, json: json ?? #"{"run":\#(run),"drift":\#(count > 0)}"#)
  }
}

extension PostgresSettings {
  /// A target that nobody asks: what hooks were told is looked up for changes alone.
  static var nowhere: PostgresSettings {
    get throws { try PostgresSettings(url: "postgres://kedge@127.0.0.1:1/nowhere") }
  }
}
