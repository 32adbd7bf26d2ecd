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
