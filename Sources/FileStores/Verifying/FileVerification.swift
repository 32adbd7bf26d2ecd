public import Executors
public import Postgres

/// Looks whether every row that names a file finds it, and which files no row names.
///
/// The store is listed once, into a temporary table beside the rows; the database compares.
public struct FileVerification {
  /// Where the files are.
  public var files: any BlockingFileStore
  /// Holds the rows.
  public var connection: PostgresConnection
  /// The table's schema and name.
  public var table: (schema: String, name: String)
  /// The column with the file's name.
  public var column: String
  /// The column with the name of the store, which the file's name lies below; nil where the name is whole.
  public var storeColumn: String?
  /// What rows' names begin with and files' names don't, such as `/srv/data/`.
  public var withoutPrefix: String?
  /// The folders (prefixes) that are looked at; empty for all. Rows of others aren't.
  public var stores: [String] = []
  /// Ends it early.
  public var stop = StopFlag()

  /// What was found.
  public struct Report: Sendable, Equatable {
    /// Rows that were looked at.
    public var rows = 0
    /// Rows that name no file.
    public var withoutFile = 0
    /// Rows whose file is there.
    public var found = 0
    /// Rows whose file isn't.
    public var missing = 0
    /// The first of these: the row's key, and the name that was looked for.
    public var named: [(key: [String], name: String)] = []
    /// Files that are there.
    public var files = 0
    /// Files that no row names.
    public var unnamed = 0
    /// The columns of the keys.
    public var keyColumns: [String] = []

    /// Whether both say the same.
    public static func == (left: Report, right: Report) -> Bool {
      left.rows == right.rows && left.withoutFile == right.withoutFile && left.found == right.found
        && left.missing == right.missing && left.files == right.files && left.unnamed == right.unnamed
        && left.keyColumns == right.keyColumns && left.named.elementsEqual(right.named, by: ==)
    }
  }

  /// Rows without their file that are named.
  static let mostNamed = 100

  /// - Parameters:
  ///   - files: where the files are.
  ///   - connection: to the database with the rows.
  ///   - table: its schema and name.
  ///   - column: with the file's name.
  public init(
    of files: any BlockingFileStore, _ connection: PostgresConnection, table: (schema: String, name: String),
    column: String
  ) {
    self.files = files
    self.connection = connection
    self.table = table
    self.column = column
  }

  /// Compares.
  ///
  /// - Throws: ``FileStoreError``, ``FileWorkStopped``, or `PostgresError`.
  public func run() throws -> Report {
    let keys = try keyColumns()
    var report = Report()
    report.keyColumns = keys
    let registration = stop.onSet { [cancel = connection.cancelHandle] in _ = cancel.cancel() }
    defer { registration.remove() }
    do {
      // One view of the rows, and the temporary table goes with it.
      try connection.transaction {
        report.files = try list()
        try compare(&report, keys)
      }
    } catch is PostgresError where stop.isSet {
      throw FileWorkStopped()
    }
    return report
  }

  /// Brings the names of all files into a temporary table.
  private func list() throws -> Int {
    try connection.execute(
      #"CREATE TEMPORARY TABLE kedge_files_there (name text COLLATE "C" PRIMARY KEY) ON COMMIT DROP"#)
    try connection.beginCopyIn("COPY pg_temp.kedge_files_there (name) FROM STDIN")
    var lines: [UInt8] = []
    var count = 0
    do {
      for prefix in stores.isEmpty ? [""] : stores.map({ $0 + "/" }) {
        try files.walk(prefix: prefix, after: nil, stop: stop, skipped: { _ in }) { file in
          Self.append(file.name, to: &lines)
          count += 1
          if lines.count > 64 << 10 {
            try lines.withUnsafeBytes { try connection.putCopyData($0) }
            lines.removeAll(keepingCapacity: true)
          }
          return true
        }
      }
      try lines.withUnsafeBytes { try connection.putCopyData($0) }
    } catch {
      connection.abortCopyIn("the files can't be listed")
      throw error
    }
    _ = try connection.endCopyIn()
    try connection.execute("ANALYZE pg_temp.kedge_files_there")
    return count
  }

  /// A line of COPY's text form.
  private static func append(_ name: String, to lines: inout [UInt8]) {
    for byte in name.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): lines += [byte, byte]
      case UInt8(ascii: "\n"): lines += Array("\\n".utf8)
      case UInt8(ascii: "\r"): lines += Array("\\r".utf8)
      case UInt8(ascii: "\t"): lines += Array("\\t".utf8)
      default: lines.append(byte)
      }
    }
    lines.append(UInt8(ascii: "\n"))
  }
}
