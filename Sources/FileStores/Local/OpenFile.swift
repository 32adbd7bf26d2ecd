internal import Glibc

/// A file of this machine that is open for reading; closed with the last reference to it.
public final class OpenFile: Sendable {
  let descriptor: Int32
  /// How errors call it.
  let title: String

  /// Opens a file by its path; links are followed.
  ///
  /// - Throws: ``FileStoreError``.
  public convenience init(path: String) throws {
    let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemFailure("can't be opened").error(in: "local:\(path)") }
    try self.init(taking: descriptor, title: "local:\(path)")
  }

  /// Takes a descriptor over.
  init(taking descriptor: Int32, title: String) throws {
    self.descriptor = descriptor
    self.title = title
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemFailure("can't be looked at").error(in: title) }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw FileStoreError(.badName, store: title, reason: "that isn't a file")
    }
  }

  deinit { close(descriptor) }

  /// Its size and time of change as they are now.
  func look() throws -> (size: Int, stamp: String) {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemFailure("can't be looked at").error(in: title) }
    return (Int(facts.st_size), Self.stamp(facts))
  }

  static func stamp(_ facts: stat) -> String {
    let nanoseconds = "\(facts.st_mtim.tv_nsec)"
    return "\(facts.st_mtim.tv_sec)." + String(repeating: "0", count: 9 - nanoseconds.count) + nanoseconds
  }

  /// Fills a buffer from this place of the file on.
  ///
  /// - Returns: bytes read; fewer than the buffer holds only at the file's end.
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws -> Int {
    var done = 0
    while done < buffer.count {
      let count = pread(
        descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset + done))
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else { throw SystemFailure("can't be read").error(in: title) }
      if count == 0 { break }
      done += count
    }
    return done
  }

  /// Hands the whole file to a sink, a piece at a time.
  func readAll(isStopped: () -> Bool, _ sink: FileSink) throws {
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 16)
    defer { piece.deallocate() }
    var offset = 0
    while true {
      if isStopped() { throw FileWorkStopped() }
      let count = try read(at: offset, into: piece)
      if count == 0 { return }
      try sink(UnsafeRawBufferPointer(rebasing: piece[..<count]))
      offset += count
    }
  }
}

/// What the system said to a call that failed.
struct SystemFailure {
  let number: Int32
  let what: String

  init(_ what: String, _ number: Int32 = errno) {
    self.number = number
    self.what = what
  }

  func error(in store: String, _ name: String? = nil) -> FileStoreError {
    let (kind, code, advice): (FileStoreError.Kind, String, String) =
      switch number {
      case ENOENT: (.notFound, "ENOENT", "")
      case EACCES: (.denied, "EACCES", "; the process' user needs the right to it")
      case EPERM: (.denied, "EPERM", "; the process' user needs the right to it")
      case EROFS: (.denied, "EROFS", "; the file system is read-only")
      case ELOOP: (.badName, "ELOOP", "; a link is on the way, and links aren't followed inside a store")
      case ENOTDIR: (.badName, "ENOTDIR", "; a part of the name is a file or a link, not a folder")
      case EISDIR: (.badName, "EISDIR", "; a folder has this name")
      case ENAMETOOLONG: (.badName, "ENAMETOOLONG", "; the name is too long for the file system")
      case EEXIST: (.exists, "EEXIST", "")
      case ENOSPC: (.unavailable, "ENOSPC", "; make room and run it again")
      case EDQUOT: (.unavailable, "EDQUOT", "; make room and run it again")
      case EMFILE: (.unavailable, "EMFILE", "; raise the limit of open files (ulimit -n)")
      default: (.unavailable, "errno \(number)", "")
      }
    return FileStoreError(
      kind, store: store, name: name, code: code,
      reason: what + ": " + String(cString: strerror(number)) + advice)
  }
}
