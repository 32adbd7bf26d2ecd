import Dispatch
import Executors
import Glibc
import Synchronization

/// Changes one record over and over on a thread of its own, until it is ended.
final class RestlessRecord: Sendable {
  private let stop = StopFlag()
  private let ended = DispatchSemaphore(value: 0)
  private let failure = Mutex<(any Error)?>(nil)

  /// Returns when the record has been changed once.
  ///
  /// - Parameter open: opens the side that is written to, and returns what writes there.
  init(
    _ record: WrittenRecord, open: @escaping @Sendable () throws -> (WrittenRecord) throws -> Void
  ) throws {
    var first = record
    first.version += 1
    try open()(first)
    let changed = first
    try DedicatedThread(name: "restless") { [self] in
      defer { ended.signal() }
      do {
        let write = try open()
        var record = changed
        while !stop.isSet {
          record.version += 1
          try write(record)
          // Often enough for every look; more would only take the machine from the tests beside.
          usleep(2000)
        }
      } catch {
        failure.withLock { $0 = error }
      }
    }.detach()
  }

  /// Stops it, once; what it wrote last stays.
  func end() throws {
    stop.set()
    ended.wait()
    if let error = failure.withLock({ $0 }) { throw error }
  }
}
