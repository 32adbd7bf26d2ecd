internal import Glibc

/// A lock that processes share through a file, and threads too. The system lets go of it when its holder dies.
struct FileLock {
  private let descriptor: Int32

  /// Waits until the lock is free and takes it.
  ///
  /// - Throws: ``LocalPostgresError`` if the file can't be made.
  init(path: String) throws {
    // Closed in programs that we start: a server that inherited it would hold the lock for as long as it runs.
    descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw systemError("can't make the lock file \(path)") }
    // The type says which of the two things called flock is meant.
    let lock: (Int32, Int32) -> Int32 = flock
    while lock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let error = systemError("can't lock \(path)")
        close(descriptor)
        throw error
      }
    }
  }

  /// Lets the next one in.
  func release() { close(descriptor) }
}
