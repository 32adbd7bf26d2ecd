internal import Database
internal import Foundation

/// A point in time in whichever form a backend keeps it: a `timestamptz`, text, or milliseconds since 1970.
struct AnyInstant: Sendable, DatabaseDecodable {
  let time: Date

  static func decode(from cell: DatabaseCell) -> AnyInstant? {
    switch cell {
    case .integer(let milliseconds):
      AnyInstant(time: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
    case .double(let milliseconds): AnyInstant(time: Date(timeIntervalSince1970: milliseconds / 1000))
    default: Date.decode(from: cell).map { AnyInstant(time: $0) }
    }
  }
}

extension Date {
  /// As `Date.now()` of JavaScript says it.
  var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }
}
