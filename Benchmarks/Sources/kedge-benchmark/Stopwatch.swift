import Foundation
import Glibc

/// Seconds that a body takes by the clock.
func seconds<T>(_ body: () throws -> T) rethrows -> (Double, T) {
  let clock = ContinuousClock()
  let begun = clock.now
  let result = try body()
  let taken = clock.now - begun
  return (Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18, result)
}

/// Processor time of this process so far, of all its threads, in user and system mode.
func ownProcessorSeconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  return usage.processorSeconds
}

extension rusage {
  /// In user and system mode.
  var processorSeconds: Double {
    Double(ru_utime.tv_sec + ru_stime.tv_sec) + Double(ru_utime.tv_usec + ru_stime.tv_usec) * 1e-6
  }
}
