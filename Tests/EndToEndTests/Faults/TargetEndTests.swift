import Foundation
import Postgres
import TestSupport
import Testing

/// The target's server ends in the middle of a backfill, which goes on by itself when it is back.
@Suite("The target ends")
struct TargetEndTests {
  enum End: CaseIterable, Sendable {
    case fast, immediate, killed

    func happen(to server: PrivatePostgres) throws {
      switch self {
      case .fast: try server.stop(.fast)
      case .immediate: try server.stop(.immediate)
      case .killed: try server.kill()
      }
    }
  }

  /// In a COPY (1,000 rows are sent), around the commits of the first chunks and of their plans, and at the end.
  @Test(
    "and is back after a moment", .timeLimit(.minutes(10)),
    arguments: [
      "after-convert@2800", "before-commit@4", "after-commit@4", "before-commit@5", "after-commit@5",
      "before-commit@6", "before-complete", "before-finish",
    ])
  func comesBack(point: String) throws {
    for end in End.allCases {
      // Each end at the points where it can matter most; a server that is killed at all of them.
      guard end == .killed || point.hasSuffix("@5") || point.hasPrefix("after-convert") else { continue }
      let scene = try FaultScene()
      let running = try scene.start(stop: point)
      try end.happen(to: scene.server)
      try scene.letGo()
      try scene.server.start()
      try scene.expectWhole(try scene.end(running))
    }
  }

  @Test(
    "and never comes back", .timeLimit(.minutes(10)), arguments: ["after-convert@2800", "before-commit@5"])
  func staysAway(point: String) throws {
    let scene = try FaultScene()
    let running = try scene.start("--patience", "3", "--workers", "2", stop: point)
    try scene.server.kill()
    try scene.letGo()
    let outcome = try scene.end(running, limit: 45)
    try scene.expectFailure(outcome, says: "Postgres", "3 seconds (--patience)", state: nil)
    try scene.server.start()
    try scene.expectWholeAfterwards()
  }

  @Test("and is gone for longer than the lease of the heartbeat", .timeLimit(.minutes(10)))
  func goneForLongerThanTheLease() throws {
    let scene = try FaultScene()
    let proxy = try FaultProxy(to: scene.server.port)
    let running = try scene.start(
      "--lease", "5", "--workers", "2", target: scene.server.url(port: proxy.port), stop: "after-convert@2800"
    )
    proxy.refuse(true)
    proxy.inflict(.cut)
    try waitUntil("the lease is over") {
      try scene.rows("SELECT 1 FROM kedge.members WHERE expires_at < clock_timestamp() - interval '1 second'")
        .count == 1
    }
    // Another process would say so now.
    try scene.server.connect().execute("UPDATE kedge.members SET state = 'lost'")
    try scene.letGo()
    proxy.refuse(false)
    try scene.expectWhole(try scene.end(running))
    #expect(try scene.rows("SELECT state FROM kedge.members ORDER BY id") == ["lost", "ended"])
  }
}
