internal import Foundation
internal import Glibc
internal import Synchronization

/// A TCP proxy on loopback that does to connections what networks do: cuts, resets, stalls, and silence.
///
/// Each call is done when it returns. The connections that are there are the ones that it means; new ones are forwarded
/// as usual, unless it says otherwise.
///
/// For example:
/// ```swift
/// let proxy = try FaultProxy(to: server.port)
/// proxy.arm(.reset, afterBytes: 1_000_000, .toServer)
/// let connection = try PostgresConnection(server.settings(port: proxy.port))
/// ```
public final class FaultProxy: Sendable {
  /// A way of the bytes.
  public enum Direction: Int, Sendable {
    case toServer
    case toClient
  }

  /// What can befall connections.
  public enum Fault: Sendable {
    /// Both sides see the end of the stream (FIN).
    case cut
    /// Both sides see a reset (RST), and lose what they haven't read.
    case reset
    /// Nothing is read or written any more, until ``FaultProxy/resume()``; nothing is lost.
    case stall
    /// Bytes are taken and thrown away, in both directions, for ever: half-open, with the other side gone.
    case swallow
  }

  /// The port on 127.0.0.1 to connect to.
  public let port: Int
  private let loop: ProxyLoop

  /// Listens on a free port.
  ///
  /// - Parameter server: the server's port on 127.0.0.1.
  public init(to server: Int) throws {
    let (listener, port) = try listenOnLoopback()
    self.port = port
    loop = try ProxyLoop(listener: listener, server: server)
    loop.start()
  }

  deinit { loop.perform { $0.end() } }

  /// Lets this befall every connection that is there.
  public func inflict(_ fault: Fault) { loop.perform { $0.inflict(fault) } }

  /// Lets this befall every connection once that many more bytes have gone through in that direction, all connections
  /// counted together. Exact: the byte after them isn't forwarded. Only the last call counts.
  public func arm(_ fault: Fault, afterBytes count: Int, _ direction: Direction) {
    loop.perform { $0.arm(fault, afterBytes: count, direction) }
  }

  /// Ends a stall: everything that waits goes through.
  public func resume() { loop.perform { $0.resume() } }

  /// Whether new connections are reset at once.
  public func refuse(_ refuses: Bool) { loop.perform { $0.refuses = refuses } }

  /// How many connections are there.
  public var connectionCount: Int { loop.perform { $0.links.count } }

  /// How many connections have been there so far.
  public var acceptedCount: Int { loop.perform { $0.acceptedCount } }

  /// How many bytes have gone through, over all connections.
  public func bytes(_ direction: Direction) -> Int { loop.perform { $0.counts[direction.rawValue] } }

  /// Whether the fault that was armed has happened, or none was armed.
  public var hasFired: Bool { loop.perform { $0.armed == nil } }
}

/// A listening socket on a free port of 127.0.0.1.
func listenOnLoopback() throws -> (Int32, Int) {
  let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | SocketFlags.closing, 0)
  var address = loopback(port: 0)
  var length = socklen_t(MemoryLayout<sockaddr_in>.size)
  let isBound = withUnsafeMutablePointer(to: &address) { address in
    address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
      bind(listener, address, length) == 0 && listen(listener, 64) == 0
        && getsockname(listener, address, &length) == 0
    }
  }
  guard isBound else { throw UnexpectedResult(description: "can't listen on 127.0.0.1") }
  return (listener, Int(UInt16(bigEndian: address.sin_port)))
}

func loopback(port: Int) -> sockaddr_in {
  var address = sockaddr_in()
  address.sin_family = sa_family_t(AF_INET)
  address.sin_port = UInt16(port).bigEndian
  address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
  return address
}

enum SocketFlags {
  /// Not inherited, never blocking.
  static let closing = Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
}
