internal import Glibc

/// A Unix socket that listens at a path, and takes its file away when it is done.
struct ListeningSocket {
  let descriptor: Int32
  private let path: String
  private let inode: ino_t

  /// Binds the socket. A socket file that nobody listens on any more is replaced; one that somebody listens on isn't, and
  /// neither is another kind of file.
  ///
  /// - Parameter mode: who may connect, as in `chmod`.
  /// - Throws: ``SocketProblem``.
  init(path: String, mode: mode_t) throws(SocketProblem) {
    self.path = path
    let address = try SocketAddress(path: path)
    let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw .system("can't make a socket") }
    self.descriptor = descriptor
    do throws(SocketProblem) {
      // Of two that start at once, the second finds the first one listening.
      let folder = try FolderLock(ofFile: path)
      defer { folder.unlock() }
      try Self.removeAbandoned(path, address)
      // The file has this mode from its first instant on; what the umask takes away, the second call gives.
      _ = fchmod(descriptor, mode)
      guard address.with({ bind(descriptor, $0, $1) }) == 0 else {
        throw .system("can't make the socket \(path)")
      }
      guard chmod(path, mode) == 0, listen(descriptor, 128) == 0 else {
        let problem = SocketProblem.system("can't listen on \(path)")
        unlink(path)
        throw problem
      }
      var status = stat()
      guard lstat(path, &status) == 0 else { throw .system("can't look at \(path)") }
      inode = status.st_ino
    } catch {
      Glibc.close(descriptor)
      throw error
    }
  }

  private static func removeAbandoned(_ path: String, _ address: SocketAddress) throws(SocketProblem) {
    var status = stat()
    guard lstat(path, &status) == 0 else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else {
      throw SocketProblem(
        "\(path) is there and isn't a socket: choose another path, or move it away", isUsage: true)
    }
    let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard probe >= 0 else { throw .system("can't make a socket") }
    defer { Glibc.close(probe) }
    if address.with({ connect(probe, $0, $1) }) == 0 {
      throw SocketProblem("somebody serves on \(path) already: stop that process, or choose another path")
    }
    // Refused by the system means that nobody listens; anything else isn't ours to judge.
    guard errno == ECONNREFUSED else { throw .system("can't tell whether somebody serves on \(path)") }
    guard unlink(path) == 0 else { throw .system("can't remove the abandoned socket \(path)") }
  }

  /// Stops listening, and removes the file unless another process has put its own there.
  func close() {
    Glibc.close(descriptor)
    var status = stat()
    if lstat(path, &status) == 0, status.st_ino == inode { unlink(path) }
  }
}

/// The folder of a socket, held by one starting process at a time. It leaves no file behind.
private struct FolderLock {
  private let descriptor: Int32

  init(ofFile path: String) throws(SocketProblem) {
    let slash = path.utf8.lastIndex(of: UInt8(ascii: "/"))
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system("can't open the folder of the socket, \(folder)") }
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else {
        let problem = SocketProblem.system("can't lock the folder of the socket, \(folder)")
        Glibc.close(descriptor)
        throw problem
      }
    }
  }

  func unlock() { Glibc.close(descriptor) }
}
