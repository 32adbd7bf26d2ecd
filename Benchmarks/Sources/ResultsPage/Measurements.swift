import Foundation

/// Several measurements of one thing, in the order in which they were made.
public struct Measurements: Sendable, Equatable {
  /// In the unit of whoever measured.
  public private(set) var values: [Double]

  /// These values.
  public init(_ values: [Double] = []) { self.values = values }

  /// One more.
  public mutating func add(_ value: Double) { values.append(value) }

  /// The middle one; not a number where there is none.
  public var median: Double {
    let sorted = values.sorted()
    guard !sorted.isEmpty else { return .nan }
    let middle = sorted.count / 2
    return sorted.count % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2
  }

  /// The largest one; not a number where there is none.
  public var largest: Double { values.max() ?? .nan }

  /// Of each measurement and the one that was made beside it.
  public func ratios(to others: Measurements) -> Measurements {
    Measurements(zip(values, others.values).map { $0 / $1 })
  }

  /// The sums of each measurement and the one that was made beside it.
  public func plus(_ others: Measurements) -> Measurements {
    Measurements(zip(values, others.values).map { $0 + $1 })
  }

  /// Each of them so many times.
  public func times(_ factor: Double) -> Measurements { Measurements(values.map { $0 * factor }) }

  /// `3.21 (3.05 to 3.50)`: the median and the spread.
  public var text: String {
    guard !values.isEmpty else { return "–" }
    guard values.count > 1 else { return Self.number(median) }
    return "\(Self.number(median)) (\(Self.number(values.min() ?? .nan)) to \(Self.number(largest)))"
  }

  /// With as many digits as a reader needs.
  static func number(_ value: Double) -> String {
    let size = abs(value)
    if size >= 1000 { return String(format: "%.0f", value) }
    return String(format: size >= 100 ? "%.1f" : size >= 0.1 || size == 0 ? "%.2f" : "%.4f", value)
  }
}
