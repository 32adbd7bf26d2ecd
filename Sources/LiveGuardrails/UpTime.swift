internal import Glibc

/// The machine's uptime, asleep or not, to some milliseconds: cheap to ask for, and nobody sets it.
enum UpTime {
  /// Nanoseconds.
  static var now: Int {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time)
    return time.tv_sec * 1_000_000_000 + time.tv_nsec
  }
}
