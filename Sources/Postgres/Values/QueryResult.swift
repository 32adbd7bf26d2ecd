internal import CLibPQ

/// The owner of a `PGresult`.
///
/// `@unchecked Sendable` because the result is never changed after creation, and libpq's manual says of that case:
/// "PGresult objects are normally read-only after creation, and so can be passed around freely between threads."
final class QueryResult: @unchecked Sendable {
  private let pointer: OpaquePointer?
  let columnCount: Int32
  let rowCount: Int32

  /// - Parameter stealing: freed by this object from now on.
  init(stealing pointer: OpaquePointer?) {
    self.pointer = pointer
    columnCount = PQnfields(pointer)
    rowCount = PQntuples(pointer)
  }

  deinit { PQclear(pointer) }

  var rows: [PostgresRow] { (0..<rowCount).map { PostgresRow(result: self, index: $0) } }

  func name(ofColumn column: Int32) -> String { PQfname(pointer, column).map { String(cString: $0) } ?? "" }

  /// A column by its exact name. (`PQfnumber` folds case, which we don't want.)
  func column(named name: String) -> Int32? {
    for column in 0..<columnCount where self.name(ofColumn: column) == name { return column }
    return nil
  }

  func text(row: Int32, column: Int32) -> String? {
    guard PQgetisnull(pointer, row, column) == 0, let value = PQgetvalue(pointer, row, column) else {
      return nil
    }
    let bytes = UnsafeRawBufferPointer(start: value, count: Int(PQgetlength(pointer, row, column)))
    return String(decoding: bytes, as: UTF8.self)
  }
}
