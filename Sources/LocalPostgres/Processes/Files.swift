internal import Glibc

/// An error with the system's own words for the call that has just failed.
func systemError(_ what: String) -> LocalPostgresError {
  LocalPostgresError("kedge \(what): \(String(cString: strerror(errno))).")
}

/// The path as absolute and without symbolic links, also if its last parts don't exist yet.
func canonicalPath(_ path: String) -> String {
  if let real = realpath(path, nil) {
    defer { free(real) }
    return String(cString: real)
  }
  var parts = path.split(separator: "/", omittingEmptySubsequences: true)
  guard let last = parts.popLast(), last != ".." else { return path }
  let parent = (path.hasPrefix("/") ? "/" : "") + parts.joined(separator: "/")
  let folder = canonicalPath(parent.isEmpty ? "." : parent)
  return last == "." ? folder : (folder == "/" ? "" : folder) + "/" + last
}

/// Makes a folder and those above it.
func makeDirectory(_ path: String, mode: mode_t) throws {
  if mkdir(path, mode) == 0 || errno == EEXIST { return }
  guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
    throw systemError("can't make the folder \(path)")
  }
  try makeDirectory(String(path[..<slash]), mode: mode)
  guard mkdir(path, mode) == 0 || errno == EEXIST else { throw systemError("can't make the folder \(path)") }
}

/// A small file's text, or nil if it can't be read.
func readFile(_ path: String, from offset: Int = 0, limit: Int = 64 << 10) -> String? {
  let descriptor = open(path, O_RDONLY | O_CLOEXEC)
  guard descriptor >= 0 else { return nil }
  defer { close(descriptor) }
  return readText(descriptor, from: offset, limit: limit)
}

/// The text of an open file.
func readText(_ descriptor: Int32, from offset: Int = 0, limit: Int) -> String {
  var bytes = [UInt8](repeating: 0, count: limit)
  var count = 0
  while count < limit {
    let got = bytes.withUnsafeMutableBytes { buffer in
      pread(descriptor, buffer.baseAddress.map { $0 + count }, limit - count, off_t(offset + count))
    }
    if got < 0 && errno == EINTR { continue }
    guard got > 0 else { break }
    count += got
  }
  return String(decoding: bytes[..<count], as: UTF8.self)
}

/// Writes a small file whole: to a new file that then takes the name.
func writeFile(_ path: String, _ text: String, append: Bool = false) throws {
  let target = append ? path : path + ".new"
  let descriptor = open(target, O_WRONLY | O_CREAT | O_CLOEXEC | (append ? O_APPEND : O_TRUNC), 0o644)
  guard descriptor >= 0 else { throw systemError("can't write \(path)") }
  let bytes = Array(text.utf8)
  let written = write(descriptor, bytes, bytes.count)
  let isComplete = written == bytes.count && fsync(descriptor) == 0
  close(descriptor)
  guard isComplete, append || rename(target, path) == 0 else { throw systemError("can't write \(path)") }
}

/// The size of a file in bytes; 0 if there is none.
func fileSize(_ path: String) -> Int {
  var information = stat()
  return lstat(path, &information) == 0 ? Int(information.st_size) : 0
}

/// Whether the path is a program that we may run.
func isExecutable(_ path: String) -> Bool {
  var information = stat()
  guard stat(path, &information) == 0, information.st_mode & S_IFMT == S_IFREG else { return false }
  return access(path, X_OK) == 0
}

/// A program by its name, on the search path and where distributions keep those of the administrator.
func findProgram(_ name: String, in environment: [String: String]) -> String? {
  let path = (environment["PATH"] ?? "") + ":/usr/sbin:/usr/bin:/sbin:/bin"
  return path.split(separator: ":").map { "\($0)/\(name)" }.first(where: isExecutable)
}
