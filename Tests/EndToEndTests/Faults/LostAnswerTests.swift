import Foundation
import Postgres
import TestSupport
import Testing

/// The network loses what was said between the engine and the target.
@Suite("Lost answers")
struct LostAnswerTests {
  /// When and how each chunk was moved.
  private static let chunks =
    "SELECT chunk, fence, finished_at FROM kedge.chunks WHERE is_done ORDER BY chunk"

  /// The answer to the first chunk's COMMIT is lost: the engine finds the chunk committed, and doesn't move it again.
  @Test(
    "to a COMMIT that was done", .timeLimit(.minutes(10)),
    arguments: [FaultProxy.Fault.cut, .reset, .swallow])
  func committed(fault: FaultProxy.Fault) throws {
    let scene = try FaultScene()
    let proxy = try FaultProxy(to: scene.server.port)
    let running = try scene.start(
      "--patience", "4", target: scene.server.url(port: proxy.port), stop: "before-commit@5")
    #expect(try scene.rows(Self.chunks) == [])
    proxy.refuse(true)
    proxy.arm(fault, afterBytes: 1, .toClient)
    try scene.letGo()
    try waitUntil("the answer is lost") { proxy.hasFired }
    let done = try scene.rows(Self.chunks)
    let written = try scene.rows("SELECT DISTINCT xmin FROM core.rows")
    #expect(done.count == 1 && written.count == 1)
    proxy.refuse(false)
    try scene.expectWhole(try scene.end(running))
    #expect(try scene.rows(Self.chunks).first == done.first)
    #expect(try Set(scene.rows("SELECT DISTINCT xmin FROM core.rows")).isSuperset(of: written))
  }

  /// The COMMIT itself is lost. Where the server doesn't notice, its process goes on holding the chunk's rows, until the
  /// engine ends it.
  @Test(
    "and a COMMIT that never arrived", .timeLimit(.minutes(10)),
    arguments: [FaultProxy.Fault.cut, .reset, .swallow])
  func neverArrived(fault: FaultProxy.Fault) throws {
    let scene = try FaultScene()
    let proxy = try FaultProxy(to: scene.server.port)
    let running = try scene.start(
      "--patience", "4", target: scene.server.url(port: proxy.port), stop: "before-commit@5")
    proxy.refuse(true)
    proxy.arm(fault, afterBytes: 1, .toServer)
    try scene.letGo()
    try waitUntil("the COMMIT is lost") { proxy.hasFired }
    #expect(try scene.rows(Self.chunks) == [])
    proxy.refuse(false)
    try scene.expectWhole(try scene.end(running))
  }

  /// Wherever the connection breaks: no lease is forgotten, nothing lands twice.
  @Test("anywhere in the talk", .timeLimit(.minutes(10)), arguments: 0..<8)
  func anywhere(part: Int) throws {
    let whole = try FaultScene()
    let counter = try FaultProxy(to: whole.server.port)
    let outcome = try whole.end(try whole.start(target: whole.server.url(port: counter.port)))
    try whole.expectWhole(outcome)
    for (direction, name) in [(FaultProxy.Direction.toClient, "answers"), (.toServer, "requests")] {
      let scene = try FaultScene()
      let proxy = try FaultProxy(to: scene.server.port)
      // Not in the first connection: there it is an error at once.
      let first = direction == .toClient ? 1000 : 1500
      let place = first + (counter.bytes(direction) - first) * (2 * part + 1) / 16
      proxy.arm(part % 2 == 0 ? .cut : .reset, afterBytes: place, direction)
      let outcome = try scene.end(try scene.start(target: scene.server.url(port: proxy.port)))
      #expect(proxy.hasFired, "\(name) at \(place)")
      #expect(outcome.code == 0, "\(name) at \(place): \(outcome.errors)")
      try scene.expectWhole(outcome)
    }
  }
}
