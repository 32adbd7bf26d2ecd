internal import Glibc

/// A counting semaphore of the system's, for threads of our own; never for the cooperative pool.
///
/// `@unchecked Sendable` because the pointer never changes, and POSIX makes `sem_post`, `sem_wait` and `sem_timedwait` safe to call from any
/// thread on the same semaphore; it is destroyed with the last reference, when nobody can wait.
final class Semaphore: @unchecked Sendable {
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    semaphore = .allocate(capacity: 1)
    sem_init(semaphore, 0, 0)
  }

  deinit {
    sem_destroy(semaphore)
    semaphore.deallocate()
  }

  func signal() { sem_post(semaphore) }

  func wait() { while sem_wait(semaphore) != 0 && errno == EINTR {} }

  /// Waits for a time at most.
  ///
  /// - Returns: whether a signal came.
  func wait(milliseconds: Int) -> Bool {
    var until = timespec()
    clock_gettime(CLOCK_REALTIME, &until)
    until.tv_sec += milliseconds / 1000
    until.tv_nsec += milliseconds % 1000 * 1_000_000
    if until.tv_nsec >= 1_000_000_000 {
      until.tv_sec += 1
      until.tv_nsec -= 1_000_000_000
    }
    while sem_timedwait(semaphore, &until) != 0 {
      guard errno == EINTR else { return false }
    }
    return true
  }
}
