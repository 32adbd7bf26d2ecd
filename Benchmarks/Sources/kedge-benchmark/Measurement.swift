import Foundation
import Glibc

/// Several measurements of one thing.
struct Measurements {
  private(set) var values: [Double] = []

  mutating func add(_ value: Double) { values.append(value) }

  var median: Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// Of each measurement and the one that was made beside it.
  func ratios(to others: Measurements) -> Measurements {
    var ratios = Measurements()
    for (one, other) in zip(values, others.values) { ratios.add(one / other) }
    return ratios
  }

  /// `3.21 (3.05 to 3.50)`: the median and the spread.
  var text: String {
    String(format: "%.2f (%.2f to %.2f)", median, values.min() ?? .nan, values.max() ?? .nan)
  }
}

/// Seconds that a body takes by the clock.
func seconds<T>(_ body: () throws -> T) rethrows -> (Double, T) {
  let clock = ContinuousClock()
  let begun = clock.now
  let result = try body()
  let taken = clock.now - begun
  return (Double(taken.components.seconds) + Double(taken.components.attoseconds) * 1e-18, result)
}

/// A program that is run to its end.
struct ChildProcess {
  let output: String
  let code: Int32
  /// By the clock.
  let seconds: Double
  /// Of its own, in user and system mode.
  let processorSeconds: Double

  init(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = FileHandle.standardError
    let before = Self.processorTime()
    let (taken, data) = try kedge_benchmark.seconds {
      try process.run()
      let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
      process.waitUntilExit()
      return data
    }
    seconds = taken
    processorSeconds = Self.processorTime() - before
    output = String(decoding: data, as: UTF8.self)
    code = process.terminationStatus
  }

  private static func usage() -> rusage {
    var usage = rusage()
    getrusage(RUSAGE_CHILDREN.rawValue, &usage)
    return usage
  }

  private static func processorTime() -> Double {
    let usage = usage()
    func seconds(_ time: timeval) -> Double { Double(time.tv_sec) + Double(time.tv_usec) * 1e-6 }
    return seconds(usage.ru_utime) + seconds(usage.ru_stime)
  }
}
