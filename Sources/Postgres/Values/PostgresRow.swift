internal import CLibPQ

/// One row that a query returned, its values in Postgres' text form.
///
/// A row keeps its whole result in memory.
public struct PostgresRow: Sendable {
  let result: QueryResult
  let index: Int32

  /// How many columns the row has.
  public var count: Int { Int(result.columnCount) }

  /// The columns' names, in order.
  public var columnNames: [String] { (0..<result.columnCount).map { result.name(ofColumn: $0) } }

  /// A value by its place from 0; nil for NULL.
  ///
  /// - Precondition: there is such a column, as for an array's index.
  public subscript(column: Int) -> String? {
    precondition(
      column >= 0 && column < count, "The query has \(count) columns, so there is no column \(column).")
    return result.text(row: index, column: Int32(column))
  }

  /// A value by its column's name, exactly as the query gave it; nil for NULL.
  ///
  /// - Throws: ``PostgresError`` of code `usage` if the query has no column of that name.
  public subscript(name: String) -> String? {
    get throws {
      guard let column = result.column(named: name) else {
        throw PostgresError(
          .usage, "The query has no column \"\(name)\"; it has \(columnNames.joined(separator: ", ")).")
      }
      return result.text(row: index, column: column)
    }
  }

  /// Text that isn't NULL.
  ///
  /// - Throws: ``PostgresError`` of code `usage` if it is NULL.
  public func text(_ name: String) throws -> String {
    guard let text = try self[name] else { throw unexpected(name, "text", isNull: true) }
    return text
  }

  /// An integer.
  ///
  /// - Throws: ``PostgresError`` of code `usage` if the value is NULL or no integer.
  public func int(_ name: String) throws -> Int {
    let text = try self[name]
    guard let text, let value = Int(text) else { throw unexpected(name, "an integer", isNull: text == nil) }
    return value
  }

  /// An integer, or nil for NULL.
  ///
  /// - Throws: ``PostgresError`` of code `usage` if the value is no integer.
  public func optionalInt(_ name: String) throws -> Int? {
    try self[name] == nil ? nil : try int(name)
  }

  /// A boolean.
  ///
  /// - Throws: ``PostgresError`` of code `usage` if the value is NULL or no boolean.
  public func bool(_ name: String) throws -> Bool {
    switch try self[name] {
    case "t": return true
    case "f": return false
    case let other: throw unexpected(name, "a boolean", isNull: other == nil)
    }
  }

  /// The bytes of a bytea.
  ///
  /// - Throws: ``PostgresError`` of code `usage` if the value is NULL or no bytea.
  public func bytes(_ name: String) throws -> [UInt8] {
    let text = try self[name]
    guard let text, let bytes = Self.decodedHex(text) else {
      throw unexpected(name, "a bytea", isNull: text == nil)
    }
    return bytes
  }

  /// The bytes of a bytea, or nil for NULL.
  ///
  /// - Throws: ``PostgresError`` of code `usage` if the value is no bytea.
  public func optionalBytes(_ name: String) throws -> [UInt8]? {
    try self[name] == nil ? nil : try bytes(name)
  }

  /// Reads `\x…`, the form that the connection's `bytea_output` asks for.
  private static func decodedHex(_ text: String) -> [UInt8]? {
    let digits = text.utf8
    guard digits.starts(with: "\\x".utf8), digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    var high: UInt8?
    for digit in digits.dropFirst(2) {
      let value: UInt8
      switch digit {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): value = digit - UInt8(ascii: "0")
      case UInt8(ascii: "a")...UInt8(ascii: "f"): value = digit - UInt8(ascii: "a") + 10
      case UInt8(ascii: "A")...UInt8(ascii: "F"): value = digit - UInt8(ascii: "A") + 10
      default: return nil
      }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return bytes
  }

  private func unexpected(_ name: String, _ expected: String, isNull: Bool) -> PostgresError {
    PostgresError(
      .usage,
      "The query's column \"\(name)\" was expected to hold \(expected), and holds "
        + (isNull ? "NULL." : "something else."))
  }
}
