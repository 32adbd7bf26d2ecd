internal import Foundation
internal import Glibc

/// A Unix socket for datagrams, as a service manager has one for the processes that it starts.
public final class DatagramReceiver {
  private let descriptor: Int32
  private let path: String?

  /// - Parameter name: a path, or `@` and an abstract name.
  public init(_ name: String) throws {
    descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    path = name.hasPrefix("@") ? nil : name
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var bytes = Array(name.utf8)
    if bytes.first == UInt8(ascii: "@") { bytes[0] = 0 }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
    let start = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
    let length = socklen_t(start + bytes.count)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
    }
    guard code == 0 else {
      throw UnexpectedResult(description: "can't bind \(name): \(String(cString: strerror(errno)))")
    }
    // No test waits for ever.
    var limit = timeval(tv_sec: 60, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit {
    close(descriptor)
    if let path { unlink(path) }
  }

  /// Waits for the next datagram.
  public func next() throws -> String {
    var buffer = [UInt8](repeating: 0, count: 4096)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    guard count >= 0 else { throw UnexpectedResult(description: "no datagram came within a minute") }
    return String(decoding: buffer[..<count], as: UTF8.self)
  }
}
