import Foundation
import Glibc
import TestSupport

/// A kedge process that is held at a stop point until it is let go.
final class HeldProcess {
  let running: Program.Running
  private let folder: TemporaryFolder
  private let file: String

  /// Starts a backfill that its first thread to come by `point` holds up.
  init(
    _ scene: InterruptionCase, _ target: TestPostgres, at point: String, _ more: [String] = ["--lease", "3"]
  ) throws {
    folder = try TemporaryFolder()
    file = try folder.write("hold", "")
    running = try scene.start(
      target, ["KEDGE_STOP_POINT": "\(point):block", "KEDGE_STOP_FILE": file], ["--workers", "1"] + more)
  }

  /// Waits until it stands at its point.
  func reachPoint() throws {
    try waitUntil("the process stands at its stop point") {
      guard running.isRunning else {
        throw UnexpectedResult(description: "it ended before: \(try running.finish().errors)")
      }
      return try running.errors().contains("kedge: stop point ")
    }
  }

  /// Ends it at once.
  func kill() throws {
    running.send(SIGKILL)
    try running.finish()
  }

  func pause() { running.send(SIGSTOP) }

  /// Takes it past its point.
  func letGo() throws {
    try FileManager.default.removeItem(atPath: file)
    running.send(SIGCONT)
  }
}

/// Waits for a condition, for a minute at most.
func waitUntil(_ what: String, _ condition: () throws -> Bool) throws {
  let limit = Date(timeIntervalSinceNow: 60)
  while try !condition() {
    guard Date() < limit else { throw UnexpectedResult(description: "waited for a minute: \(what)") }
    usleep(5000)
  }
}
