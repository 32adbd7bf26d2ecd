internal import Database
internal import Foundation

/// How a table stands in an old SQLite file, where it differs from the one in Postgres.
struct OldForm: Sendable {
  /// What reads a column in the words of today, where that isn't the column itself.
  var reads: [String: String] = [:]
  /// The old names of columns.
  var names: [String: String] = [:]
  /// What becomes of a value that is written or compared.
  var writes: [String: @Sendable (DatabaseValue) -> DatabaseValue] = [:]
  /// Which rows are there at all.
  var condition = "true"

  func name(_ column: String) -> String { names[column] ?? column }
  func read(_ column: String) -> String { reads[column] ?? name(column) }
  func value(_ column: String, _ value: DatabaseValue) -> DatabaseValue { writes[column]?(value) ?? value }

  /// A UUID from its 32 digits, with or without hyphens and in any case.
  static func uuid(_ column: String) -> String {
    let digits = "replace(lower(trim(\(column))), '-', '')"
    let parts = [(1, 8), (9, 4), (13, 4), (17, 4), (21, 12)].map { "substr(\(digits), \($0), \($1))" }
    return "nullif(\(parts.joined(separator: " || '-' || ")), '----')"
  }

  /// A UUID as Python's `hex` writes it.
  @Sendable static func hex(_ value: DatabaseValue) -> DatabaseValue {
    guard case .uuid(let id) = value else { return value }
    return .text(id.uuidString.replacing("-", with: "").lowercased())
  }

  /// A point in time from milliseconds or seconds since 1970.
  static func time(_ column: String, per unit: String = "1000.0") -> String {
    "strftime('%Y-%m-%d %H:%M:%f', \(column) / \(unit), 'unixepoch')"
  }

  /// Milliseconds since 1970.
  @Sendable static func milliseconds(_ value: DatabaseValue) -> DatabaseValue {
    guard case .date(let time) = value else { return value }
    return .integer(time.milliseconds)
  }

  /// Seconds since 1970, with a fraction.
  @Sendable static func seconds(_ value: DatabaseValue) -> DatabaseValue {
    guard case .date(let time) = value else { return value }
    return .double(time.timeIntervalSince1970)
  }

  /// As Python's `datetime` writes it, so that texts sort by time: `2026-01-31 18:30:00.250000`.
  @Sendable static func python(_ value: DatabaseValue) -> DatabaseValue {
    guard case .date(let time) = value else { return value }
    return .text(String(InstantText.text(time).dropLast()).replacing("T", with: " "))
  }

  /// As SQLite's `CURRENT_TIMESTAMP` writes it, in whole seconds: `2026-01-31 18:30:00`.
  @Sendable static func currentTimestamp(_ value: DatabaseValue) -> DatabaseValue {
    guard case .date(let time) = value else { return value }
    return .date(Date(timeIntervalSince1970: time.timeIntervalSince1970.rounded(.down)))
  }

  /// As JavaScript writes it: `2026-01-31T18:30:00.250Z`.
  @Sendable static func iso(_ value: DatabaseValue) -> DatabaseValue {
    guard case .date(let time) = value else { return value }
    return .text(InstantText.milliseconds(time))
  }
}
