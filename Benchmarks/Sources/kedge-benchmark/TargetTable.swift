import Postgres

/// The table that a backfill fills, in states to measure from.
struct TargetTable {
  let url: String
  /// With its schema; a name that needs no quotes.
  let name: String

  func connect() throws -> PostgresConnection { try PostgresConnection(try PostgresSettings(url: url)) }

  /// The same for the same rows, in whatever order they lie.
  func fingerprint() throws -> String {
    let connection = try connect()
    defer { connection.close() }
    let row = try connection.query(
      "SELECT count(*) AS rows, coalesce(sum(hashtextextended(t::text, 0)), 0)::text AS hash FROM \(name) t")
    return try row.map { "\(try $0.text("rows")) rows, \(try $0.text("hash"))" }.joined()
  }

  /// As it is before a first load, with its key or without.
  func empty(withoutKey: Bool = false) throws {
    let connection = try connect()
    defer { connection.close() }
    _ = try connection.execute("TRUNCATE \(name)")
    if withoutKey {
      _ = try connection.execute("ALTER TABLE \(name) DROP CONSTRAINT IF EXISTS \(keyName)")
    } else if try connection.query(
      "SELECT 1 FROM pg_constraint WHERE conrelid = '\(name)'::regclass AND contype = 'p'"
    ).isEmpty {
      _ = try connection.execute("ALTER TABLE \(name) ADD CONSTRAINT \(keyName) PRIMARY KEY (id)")
    }
    _ = try connection.execute("CHECKPOINT")
  }

  func addKey() throws {
    let connection = try connect()
    defer { connection.close() }
    _ = try connection.execute("ALTER TABLE \(name) ADD CONSTRAINT \(keyName) PRIMARY KEY (id)")
  }

  /// Takes the table away, so that the backfill makes it.
  func drop() throws {
    let connection = try connect()
    defer { connection.close() }
    _ = try connection.execute("DROP TABLE \(name)")
    _ = try connection.execute("CHECKPOINT")
  }

  private var keyName: String { (name.split(separator: ".").last.map(String.init) ?? name) + "_pkey" }
}

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
    try connection.beginCopyIn("COPY \(table.name) FROM STDIN (FORMAT binary)")
    try CopyBinary.header.withUnsafeBytes { try connection.putCopyData($0) }
    for block in blocks { try block.withUnsafeBytes { try connection.putCopyData($0) } }
    try CopyBinary.trailer.withUnsafeBytes { try connection.putCopyData($0) }
    _ = try connection.endCopyIn()
  }
}
