import Foundation
import SQLite
import SampleData
import TestSupport
import Testing

/// omnihub: a SQLite file lands in Postgres value by value, beside a registry that was seeded.
@Suite("The domain omnihub")
struct OmnihubDomainTests {
  @Test("every row lands as the file has it, dirt is told by its reason, and a reset keeps the registry")
  func wholeWay() throws {
    let domain = try KeptDomain("omnihub", rows: 600)
    try domain.run(["--until", "audit"])
    let sample = try OmnihubSample(rows: 600, seed: 7, broken: 8, dirt: 7)
    try users(domain, sample)
    try generations(domain, sample)
    let found = try domain.rows(
      """
      SELECT entity || ' ' || coalesce(constraint_name, reason || ' ' || coalesce(field, column_name)), count(*) FROM kedge.quarantine
      WHERE constraint_name IS NOT NULL OR reason = 'reference' GROUP BY 1
      """)
    #expect(
      found == [
        "users users_email_key": "1",
        "users users_credits_check": "1",
        "generations reference user_id": "1",
        "generations generations_finished_check": "1",
        "logs reference user_id": "1",
      ])
    let all = try domain.rows("SELECT entity, count(*) FROM kedge.quarantine GROUP BY entity")
    let truth = sample.truth().filter { $0.what == "quarantined" && $0.count > 0 }
    #expect(all == Dictionary(uniqueKeysWithValues: truth.map { ($0.place, "\($0.count)") }))
    try domain.run(["--from", "guard", "--until", "reset"])
    #expect(try domain.rows("SELECT id, email FROM users").isEmpty)
    #expect(try domain.rows("SELECT model || ' ' || provider, cost FROM model_providers").count == 27)
    try domain.run(["--from", "checks"])
  }

  private func users(_ domain: KeptDomain, _ sample: OmnihubSample) throws {
    let landed = try domain.rows("SELECT id, email, role, is_active, credits FROM users")
    for index in 0..<sample.count(.users) {
      let cells = sample.row(.users, index)
      let email = (cells[1].text ?? "").lowercased().trimmingCharacters(in: .whitespaces)
      #expect(
        landed["\(index + 1)"]
          == "\(email) | \(cells[5].text ?? "user") | \(cells[6].integer == 1 ? "t" : "f") | \(money(cells[4]))",
        "user \(index)")
    }
    #expect(landed.count == sample.count(.users) + 1)
  }

  private func generations(_ domain: KeptDomain, _ sample: OmnihubSample) throws {
    let landed = try domain.rows(
      "SELECT id, user_id, status, model, credits, round(extract(epoch FROM created_at) * 1000) FROM generations"
    )
    var wanted: [String: String] = [:]
    for index in 0..<sample.count(.generations) {
      let cells = sample.row(.generations, index)
      let status = cells[7].text == "done" ? "completed" : cells[7].text ?? ""
      let model = (cells[3].text ?? "").trimmingCharacters(in: .whitespaces)
      wanted[(cells[0].text ?? "").lowercased()] =
        "\(cells[1].integer ?? 0) | \(status) | \(model) | \(money(cells[6])) | \(cells[11].integer ?? 0)"
    }
    #expect(landed == wanted)
  }

  /// With two decimals, whether SQLite has a whole number or a real.
  private func money(_ value: SQLiteValue) -> String {
    switch value {
    case .integer(let whole): "\(whole).00"
    case .real(let number): String(format: "%.2f", number)
    default: "∅"
    }
  }
}
