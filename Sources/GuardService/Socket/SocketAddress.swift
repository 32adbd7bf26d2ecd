internal import Glibc

/// The path of a Unix socket, as the system takes it.
struct SocketAddress {
  /// Bytes that a path may have: the system's room, less the zero byte at its end.
  static let longest = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1

  private var address = sockaddr_un()

  /// - Throws: ``SocketProblem`` for a path that is too long or empty.
  init(path: String) throws(SocketProblem) {
    let bytes = Array(path.utf8)
    guard !bytes.isEmpty, !bytes.contains(0) else {
      throw SocketProblem("a socket needs a path", isUsage: true)
    }
    guard bytes.count <= Self.longest else {
      throw SocketProblem(
        "the socket's path has \(bytes.count) bytes, and the system takes \(Self.longest): choose a shorter one,"
          + " or change to its folder and name it from there: \(path)", isUsage: true)
    }
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
  }

  /// Hands the address to a system call.
  func with<T>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> T) -> T {
    withUnsafePointer(to: address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}

/// Why there is no socket to serve on.
public struct SocketProblem: Error, Sendable, CustomStringConvertible {
  public let description: String
  /// Whether it is the path itself that can't be used.
  public let isUsage: Bool

  init(_ description: String, isUsage: Bool = false) {
    self.description = description
    self.isUsage = isUsage
  }

  /// - Parameter what: such as "can't bind /run/kedge.sock".
  static func system(_ what: String) -> SocketProblem {
    SocketProblem("\(what): \(String(cString: strerror(errno)))")
  }
}
