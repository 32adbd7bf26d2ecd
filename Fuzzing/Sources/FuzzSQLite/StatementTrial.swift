internal import Codec
internal import FuzzSupport
internal import Glibc
internal import SQLite

/// Sends a value through a real statement, of a UTF-8 database and of a UTF-16 one, and compares what comes out.
enum StatementTrial {
  // SAFETY: libFuzzer calls its target from one thread.
  nonisolated(unsafe) private static let narrow = prepared(connection(encoding: "UTF-8"))
  nonisolated(unsafe) private static let wide = connection(encoding: "UTF-16le")

  /// Reads the value back, and a blob as a text of a UTF-16 database too.
  static func read(_ value: RawValue) {
    let bound = bound(value)
    run(narrow, [bound]) { statement in
      let read = statement.rawValue(0)
      expect(read.kind == kind(bound), "a value comes back in its storage class")
      switch value.kind {
      case .int64: expect(read.integer == value.integer, "an integer comes back as it was")
      // SQLite makes NULL of NaN.
      case .double: expect(read.kind == .null || read.bits == value.bits, "a real comes back as it was")
      default: expect(read.bytes.elementsEqual(value.bytes), "bytes come back as they were")
      }
    }
    if value.kind == .binary { readWide(value.bytes) }
  }

  /// Reads any bytes as a text of a UTF-16 database. Only as a literal are they taken for UTF-16.
  private static func readWide(_ bytes: UnsafeRawBufferPointer) {
    let digits = bytes.map { byte in
      (byte < 16 ? "0" : "") + String(byte, radix: 16)
    }.joined()
    let units = stride(from: 0, to: bytes.count / 2 * 2, by: 2).map {
      UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt16.self))
    }
    let statement: SQLiteStatement
    do {
      statement = try wide.prepare("SELECT CAST(x'\(digits)' AS TEXT), x'\(digits)'")
    } catch {
      finding("a literal compiles: \(error)")
    }
    run(statement, []) { statement in
      let blob = statement.rawValue(1)
      expect(blob.kind == .binary && blob.bytes.elementsEqual(bytes), "a blob comes back as it was")
      let text = statement.rawValue(0)
      expect(text.kind == .string, "a text comes back as a text")
      if let sound = String(validating: units, as: UTF16.self) {
        expect(
          text.bytes.elementsEqual(sound.utf8),
          "a sound UTF-16 text comes out as the same text: \(units) \(Array(text.bytes))")
      } else {
        expect(!UTF8Check.isValid(text.bytes), "a text with half a surrogate pair can't be taken for UTF-8")
      }
      _ = statement.value(0)
    }
  }

  private static func bound(_ value: RawValue) -> SQLiteValue {
    switch value.kind {
    case .int64: .integer(value.integer)
    case .double: .real(value.double)
    case .string: .textBytes(Array(value.bytes))
    case .binary: .blob(Array(value.bytes))
    default: .null
    }
  }

  private static func kind(_ bound: SQLiteValue) -> ValueKind {
    switch bound {
    case .integer: .int64
    case .real(let value): value.isNaN ? .null : .double
    case .text, .textBytes: .string
    case .blob: .binary
    case .null: .null
    }
  }

  private static func run(
    _ statement: SQLiteStatement, _ values: [SQLiteValue], _ body: (SQLiteStatement) -> Void
  ) {
    do {
      try statement.bind(values)
      expect(try statement.step(), "the statement has a row")
      body(statement)
      expect(try !statement.step(), "the statement has one row")
    } catch {
      finding("a statement on a sound database runs: \(error)")
    }
  }

  private static func prepared(_ connection: SQLiteConnection) -> SQLiteStatement {
    do {
      return try connection.prepare("SELECT ?1")
    } catch {
      finding("a statement compiles: \(error)")
    }
  }

  /// An empty database of its own, whose file has no name any more once it is open.
  private static func connection(encoding: String) -> SQLiteConnection {
    let path = "/tmp/kedge-fuzz-\(getpid())-\(encoding).db"
    defer { unlink(path) }
    do {
      let connection = try SQLiteConnection(path: path, mode: .create)
      try connection.execute("PRAGMA encoding = '\(encoding)'; CREATE TABLE things (x)")
      return connection
    } catch {
      finding("an empty database can be made: \(error)")
    }
  }
}
