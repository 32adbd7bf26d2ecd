import Postgres

/// All rows of a table in memory, as COPY BINARY sends them.
struct RowBytes {
  private let table: TargetTable
  private var blocks: [[UInt8]] = []

  init(_ table: TargetTable) throws {
    self.table = table
    let connection = try table.connect()
    defer { connection.close() }
    let cursor = try connection.openCopyOut("COPY \(table.name) TO STDOUT (FORMAT binary)")
    defer { cursor.close() }
    var block: [UInt8] = []
    block.reserveCapacity(Self.blockSize + 65536)
    while let row = try cursor.nextBinaryRow() {
      block.append(contentsOf: UnsafeRawBufferPointer(row))
      if block.count >= Self.blockSize {
        blocks.append(block)
        block.removeAll(keepingCapacity: true)
      }
    }
    blocks.append(block)
  }

  private static let blockSize = 1 << 20

  /// Copies them into their table, in one transaction.
  func copy() throws {
    let connection = try table.connect()
    defer { connection.close() }
    try copy(to: table.name, connection)
  }

  /// Copies them into a temporary table, and merges them from there, in one transaction: rows that are equal already aren't written.
  func merge() throws {
    let connection = try table.connect()
    defer { connection.close() }
    let columns = try connection.query(
      "SELECT quote_ident(attname) AS name FROM pg_attribute WHERE attrelid = '\(table.name)'::regclass AND attnum > 0 AND NOT attisdropped"
    ).map { try $0.text("name") }
    let changes = columns.filter { $0 != "id" }.map { "\($0) = excluded.\($0)" }.joined(separator: ", ")
    _ = try connection.execute("BEGIN; CREATE TEMPORARY TABLE staging (LIKE \(table.name)) ON COMMIT DROP")
    try copy(to: "staging", connection)
    _ = try connection.execute(
      """
      INSERT INTO \(table.name) AS t SELECT * FROM staging ON CONFLICT (id) DO UPDATE SET \(changes)
        WHERE t *<> excluded
      """)
    _ = try connection.execute("COMMIT")
  }

  private func copy(to name: String, _ connection: PostgresConnection) throws {
    try connection.beginCopyIn("COPY \(name) FROM STDIN (FORMAT binary)")
    try CopyBinary.header.withUnsafeBytes { try connection.putCopyData($0) }
    for block in blocks { try block.withUnsafeBytes { try connection.putCopyData($0) } }
    try CopyBinary.trailer.withUnsafeBytes { try connection.putCopyData($0) }
    _ = try connection.endCopyIn()
  }
}
