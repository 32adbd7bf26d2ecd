import Foundation
import Synchronization

/// A port of this machine that counts who connects, and answers nobody.
final class Listener: Sendable {
  let port: UInt16
  private let socket: Int32
  private let accepted = Atomic(0)

  /// How many have connected.
  var connections: Int { accepted.load(ordering: .acquiring) }

  init() throws {
    let socket = Foundation.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let bound = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        bind(socket, pointer, size) == 0 && listen(socket, 16) == 0
          && getsockname(socket, pointer, &size) == 0
      }
    }
    guard bound else { throw POSIXError(.EADDRINUSE) }
    self.socket = socket
    port = UInt16(bigEndian: address.sin_port)
    Thread.detachNewThread { [self] in
      while true {
        let peer = accept(socket, nil, nil)
        guard peer >= 0 else { return }
        accepted.add(1, ordering: .acquiringAndReleasing)
        close(peer)
      }
    }
  }

  func end() {
    shutdown(socket, Int32(SHUT_RDWR))
    close(socket)
  }
}
