internal import CSQLite
internal import Glibc

/// What lies at a database's path, as far as SQLite's own messages leave the user guessing.
struct SQLiteFile {
  /// Absolute, so that no name is taken for a URI, for a database in memory, or for an option.
  let path: String

  init(_ path: String) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw Self.error(SQLITE_CANTOPEN, "the path is empty or holds a NUL", path: path)
    }
    guard !path.hasPrefix("/") else {
      self.path = path
      return
    }
    guard let folder = getcwd(nil, 0) else {
      throw Self.error(SQLITE_CANTOPEN, "the current folder isn't there any more", path: path)
    }
    defer { free(folder) }
    self.path = String(cString: folder) + "/" + path
  }

  /// Refuses what can't be a database that is already there.
  func requireFile() throws {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let reason = errno == ENOENT ? "there is no such file." : String(cString: strerror(errno))
      throw Self.error(SQLITE_CANTOPEN, reason, path: path)
    }
    switch status.st_mode & S_IFMT {
    case S_IFREG: return
    case S_IFDIR: throw Self.error(SQLITE_CANTOPEN, "it is a folder; name the file in it.", path: path)
    default: throw Self.error(SQLITE_CANTOPEN, "it is not a regular file.", path: path)
    }
  }

  /// A URI that makes SQLite believe that nobody will change the file.
  var immutableURI: String {
    var uri = "file:"
    for byte in path.utf8 {
      let isPlain =
        byte == UInt8(ascii: "/") || byte == UInt8(ascii: ".") || byte == UInt8(ascii: "-")
        || byte == UInt8(ascii: "_") || Character(UnicodeScalar(byte)).isASCIIAlphanumeric
      if isPlain {
        uri.unicodeScalars.append(UnicodeScalar(byte))
      } else {
        uri += "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16)
      }
    }
    return uri + "?immutable=1"
  }

  /// Why the file can't be read as if nobody could change it; nil if it can: nothing waits beside it to be merged in.
  var pendingChanges: String? {
    for suffix in ["-wal", "-journal"] {
      var status = stat()
      if stat(path + suffix, &status) == 0, status.st_size > 0 { return path + suffix }
    }
    return nil
  }

  /// What changes when anybody writes to the file.
  struct State: Equatable {
    let identity: SQLiteFileIdentity
    let size: Int
    let seconds: Int
    let nanoseconds: Int
  }

  var state: State? {
    var status = stat()
    guard stat(path, &status) == 0 else { return nil }
    return State(
      identity: SQLiteFileIdentity(device: UInt(status.st_dev), inode: UInt(status.st_ino)),
      size: Int(status.st_size), seconds: status.st_mtim.tv_sec,
      nanoseconds: status.st_mtim.tv_nsec)
  }

  /// Explains a file that SQLite doesn't know as a database.
  var notADatabase: SQLiteError {
    let head = firstBytes(64)
    // An encrypted database is pages of noise from its first byte; other files begin with text, or have other sizes.
    let noise = head.count { $0 >= 0x7F || ($0 < 0x20 && ![0x09, 0x0A, 0x0D].contains($0)) }
    let size = state?.size ?? 0
    let looksEncrypted = size >= 512 && size % 512 == 0 && noise * 3 > head.count && Set(head).count > 32
    let message =
      looksEncrypted
      ? "it is encrypted, or not a database; export it without encryption first (SQLCipher: sqlcipher_export)."
      : "it is not a SQLite database."
    return Self.error(SQLITE_NOTADB, message, path: path)
  }

  private func firstBytes(_ count: Int) -> [UInt8] {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return [] }
    // Closing one descriptor of a file drops all the process's locks on it, and thereby another connection's; so
    // this is read only after an opening has failed.
    defer { _ = Glibc.close(descriptor) }
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, filled in
      filled = max(0, read(descriptor, buffer.baseAddress, count))
    }
  }

  static func error(_ code: Int32, _ message: String, path: String) -> SQLiteError {
    SQLiteError(extendedCode: Int(code), message: message, path: path)
  }
}

extension Character {
  fileprivate var isASCIIAlphanumeric: Bool { isASCII && (isLetter || isNumber) }
}
