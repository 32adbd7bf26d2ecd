internal import Glibc

/// A client's connection and the proxy's own to the server. Belongs to the loop's thread.
final class ProxyLink {
  let client: Int32
  let server: Int32
  private(set) var isClosed = false
  var isStalled = false
  private var isSwallowing = false
  private var ways = [Way(), Way()]

  /// What has been read in one direction and waits to be written.
  private struct Way {
    var waiting: [UInt8] = []
    var start = 0
    var hasEnded = false
    var hasPassedEnd = false
    var isEmpty: Bool { start == waiting.count }
  }

  init?(client: Int32, server port: Int) {
    self.client = client
    server = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = loopback(port: port)
    let isConnected = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
      }
    }
    guard isConnected else {
      close(server)
      return nil
    }
    _ = fcntl(server, F_SETFL, O_NONBLOCK)
    var yes: Int32 = 1
    for descriptor in [client, server] {
      setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
    }
  }

  /// What to wait for on either socket.
  var wanted: (client: Int16, server: Int16) {
    guard !isClosed, !isStalled else { return (0, 0) }
    var events: [Int16] = [0, 0]
    for (direction, way) in ways.enumerated() {
      if way.isEmpty, !way.hasEnded { events[direction] |= Int16(POLLIN) }
      // What is swallowed, its end with it, is written to nobody: to wait for room would end at once, again and again.
      if !isSwallowing, !way.isEmpty || way.hasEnded && !way.hasPassedEnd {
        events[1 - direction] |= Int16(POLLOUT)
      }
    }
    return (events[0], events[1])
  }

  /// Moves what can be moved now in one direction.
  ///
  /// - Returns: how many bytes were written, or swallowed.
  func move(_ direction: FaultProxy.Direction, atMost limit: Int) -> Int {
    guard !isClosed, !isStalled else { return 0 }
    let (source, target) = direction == .toServer ? (client, server) : (server, client)
    var way = ways[direction.rawValue]
    defer { ways[direction.rawValue] = way }
    if way.isEmpty, !way.hasEnded {
      way.start = 0
      var failure: Int32 = 0
      way.waiting = [UInt8](unsafeUninitializedCapacity: 256 << 10) { buffer, filled in
        let count = read(source, buffer.baseAddress, buffer.count)
        failure = count < 0 ? errno : 0
        filled = max(0, count)
        if count == 0 { way.hasEnded = true }
      }
      if failure != 0, failure != EAGAIN, failure != EINTR {
        // One side has reset: so does the other.
        inflict(.reset)
        return 0
      }
    }
    let count = min(way.waiting.count - way.start, limit)
    if isSwallowing {
      way.waiting = []
      way.start = 0
      return count
    }
    if count > 0 {
      let written = way.waiting.withUnsafeBytes {
        send(target, $0.baseAddress.map { $0 + way.start }, count, Int32(MSG_NOSIGNAL))
      }
      guard written >= 0 else {
        if errno != EAGAIN, errno != EINTR { inflict(.reset) }
        return 0
      }
      way.start += written
      return written
    }
    if way.hasEnded, !way.hasPassedEnd {
      way.hasPassedEnd = true
      shutdown(target, Int32(SHUT_WR))
      if ways[1 - direction.rawValue].hasPassedEnd { closeBoth { _ = Glibc.close($0) } }
    }
    return 0
  }

  func inflict(_ fault: FaultProxy.Fault) {
    guard !isClosed else { return }
    switch fault {
    case .cut: closeBoth { _ = Glibc.close($0) }
    case .reset: closeBoth(by: closeWithReset)
    case .stall: isStalled = true
    case .swallow: isSwallowing = true
    }
  }

  private func closeBoth(by close: (Int32) -> Void) {
    isClosed = true
    close(client)
    close(server)
  }
}

/// Closes a socket so that its peer gets a reset.
func closeWithReset(_ descriptor: Int32) {
  var choice = linger(l_onoff: 1, l_linger: 0)
  setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &choice, socklen_t(MemoryLayout<linger>.size))
  close(descriptor)
}
