public import Database
public import Foundation
internal import Mapping

extension Sendfx {
  /// A month in UTC, as `2024-05`.
  public struct UsagePeriod: Sendable, Hashable, CustomStringConvertible, DatabaseEncodable, DatabaseDecodable
  {
    /// As `2024-05`.
    public let description: String

    /// Reads `2024-05`, and nothing else.
    public init?(_ text: String) {
      guard CalendarDay(text + "-01") != nil else { return nil }
      description = text
    }

    /// The month in which a point in time lies.
    public init(of time: Date) {
      var calendar = Calendar(identifier: .gregorian)
      calendar.timeZone = .gmt
      let parts = calendar.dateComponents([.year, .month], from: time)
      func padded(_ number: Int?, _ width: Int) -> String {
        let digits = "\(number ?? 0)"
        return String(repeating: "0", count: max(0, width - digits.count)) + digits
      }
      description = padded(parts.year, 4) + "-" + padded(parts.month, 2)
    }

    /// As text.
    public var databaseValue: DatabaseValue { .text(description) }

    /// From text.
    public static func decode(from cell: DatabaseCell) -> UsagePeriod? {
      if case .text(let text, _) = cell { UsagePeriod(text) } else { nil }
    }
  }
}
