/// One row that a statement returned, with its values in memory.
///
/// For example:
/// ```swift
/// let row = try await database.one("SELECT id, email, note FROM users WHERE id = ?", [7])
/// let email = try row?["email", as: String.self]
/// let note = try row?["note", as: String?.self]
/// ```
///
/// Prints and dumps show the columns' names and types, and no value.
public struct Row: Sendable {
  /// What the rows of one result share.
  final class Header: Sendable {
    let names: [String]
    private let places: [String: Int]
    private let ambiguous: Set<String>

    init(_ names: [String]) {
      self.names = names
      places = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
      ambiguous =
        places.count == names.count
        ? [] : Set(names.filter { name in names.count { $0 == name } > 1 })
    }

    func place(of name: String) throws -> Int {
      guard let place = places[name] else {
        throw DatabaseError(
          .noSuchColumn(name),
          "The result has no column \"\(name)\"; it has \(names.joined(separator: ", ")).")
      }
      guard !ambiguous.contains(name) else {
        throw DatabaseError(
          .noSuchColumn(name),
          "The result has several columns \"\(name)\"; give each a name of its own with AS.")
      }
      return place
    }
  }

  let header: Header
  /// The values, in the columns' order.
  public let cells: [DatabaseCell]

  /// The columns' names, in order.
  public var columns: [String] { header.names }

  /// A column's value. Names are taken exactly; Postgres gives names that aren't quoted in lower case.
  ///
  /// - Throws: ``DatabaseError`` of kind `noSuchColumn` or `decoding`; the latter names the column, what it holds and what
  ///   was wanted, and never the value.
  public subscript<T: DatabaseDecodable>(_ name: String, as type: T.Type = T.self) -> T {
    get throws {
      let cell = cells[try header.place(of: name)]
      guard let value = T.decode(from: cell) else {
        throw DatabaseError(
          .decoding(column: name, found: cell.typeName, wanted: "\(T.self)"),
          "The column \"\(name)\" can't be read as \(T.self): it holds \(cell.typeName)"
            + (cell == .null ? "; ask for \(T.self)? if that may be." : "."))
      }
      return value
    }
  }

  /// The value that a column's JSON describes.
  ///
  /// - Throws: ``DatabaseError`` of kind `noSuchColumn` or `decoding`, with no value in it.
  public func json<T: Decodable>(_ name: String, as type: T.Type = T.self) throws -> T {
    do {
      return try self[name, as: JSONText.self].decode(type)
    } catch var error as DatabaseError {
      if case .decoding("", let found, let wanted) = error.kind {
        error.kind = .decoding(column: name, found: found, wanted: wanted)
        error.message = "Column \"\(name)\": " + error.message
      }
      throw error
    }
  }
}

extension Row: CustomStringConvertible, CustomReflectable {
  /// The columns' names and what they hold, without values.
  public var description: String {
    "Row(" + zip(columns, cells).map { "\($0): \($1.typeName)" }.joined(separator: ", ") + ")"
  }
  /// Shows ``description`` alone.
  public var customMirror: Mirror { Mirror(self, children: ["columns": description]) }
}
