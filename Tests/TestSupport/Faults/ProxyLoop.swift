internal import Foundation
internal import Glibc
internal import Synchronization

/// The one thread of a proxy, and all its sockets.
///
/// `@unchecked Sendable` because all its state but `orders` is touched on its own thread alone, once `start` was called,
/// and `orders` has a lock.
final class ProxyLoop: @unchecked Sendable {
  private let listener: Int32
  private let server: Int
  private let wakeEnd: Int32
  private let sleepEnd: Int32
  private let orders = Mutex<[@Sendable (ProxyLoop) -> Void]>([])
  private var hasEnded = false

  private(set) var links: [ProxyLink] = []
  private(set) var counts = [0, 0]
  private(set) var acceptedCount = 0
  private(set) var armed: (fault: FaultProxy.Fault, direction: FaultProxy.Direction, at: Int)?
  var refuses = false

  init(listener: Int32, server: Int) throws {
    (sleepEnd, wakeEnd) = try closedPipe()
    _ = fcntl(sleepEnd, F_SETFL, O_NONBLOCK)
    self.listener = listener
    self.server = server
  }

  func start() {
    let thread = Thread { [self] in run() }
    thread.name = "fault proxy"
    thread.start()
  }

  /// Runs something on the loop's thread, and waits for it.
  func perform<T: Sendable>(_ order: @escaping @Sendable (ProxyLoop) -> T) -> T {
    let answer = Answer<T>()
    let done = DispatchSemaphore(value: 0)
    orders.withLock {
      $0.append { loop in
        answer.set(order(loop))
        done.signal()
      }
    }
    var byte: UInt8 = 1
    _ = write(wakeEnd, &byte, 1)
    done.wait()
    return answer.get()
  }

  // MARK: What the tests order, on the loop's thread

  func inflict(_ fault: FaultProxy.Fault) {
    for link in links { link.inflict(fault) }
    links.removeAll(where: \.isClosed)
  }

  func arm(_ fault: FaultProxy.Fault, afterBytes count: Int, _ direction: FaultProxy.Direction) {
    armed = (fault, direction, counts[direction.rawValue] + count)
  }

  func resume() {
    for link in links { link.isStalled = false }
  }

  func end() {
    inflict(.cut)
    hasEnded = true
  }

  // MARK: The loop

  private func run() {
    while !hasEnded {
      var entries = [
        pollfd(fd: sleepEnd, events: Int16(POLLIN), revents: 0),
        pollfd(fd: listener, events: Int16(POLLIN), revents: 0),
      ]
      for link in links {
        let wanted = link.wanted
        // A negative descriptor is passed over: an idle one that was hung up would wake us for ever.
        entries.append(pollfd(fd: wanted.client == 0 ? -1 : link.client, events: wanted.client, revents: 0))
        entries.append(pollfd(fd: wanted.server == 0 ? -1 : link.server, events: wanted.server, revents: 0))
      }
      guard poll(&entries, nfds_t(entries.count), -1) > 0 else { continue }
      for (index, link) in links.enumerated() {
        let isReady = entries[2 + 2 * index].revents != 0 || entries[3 + 2 * index].revents != 0
        if isReady, !link.isClosed { move(link) }
      }
      links.removeAll(where: \.isClosed)
      if entries[1].revents != 0 { accept() }
      if entries[0].revents != 0 { obey() }
    }
    for descriptor in [listener, sleepEnd, wakeEnd] { close(descriptor) }
  }

  private func obey() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(sleepEnd, &bytes, bytes.count) > 0 {}
    let due = orders.withLock { orders in
      defer { orders = [] }
      return orders
    }
    for order in due { order(self) }
  }

  private func accept() {
    let client = Glibc.accept(listener, nil, nil)
    guard client >= 0 else { return }
    _ = fcntl(client, F_SETFD, FD_CLOEXEC)
    _ = fcntl(client, F_SETFL, O_NONBLOCK)
    guard !refuses, let link = ProxyLink(client: client, server: server) else {
      closeWithReset(client)
      return
    }
    links.append(link)
    acceptedCount += 1
  }

  private func move(_ link: ProxyLink) {
    for direction in [FaultProxy.Direction.toServer, .toClient] {
      let left = armed.flatMap { $0.direction == direction ? $0.at - counts[direction.rawValue] : nil }
      counts[direction.rawValue] += link.move(direction, atMost: left ?? .max)
      if let armed, armed.direction == direction, counts[direction.rawValue] >= armed.at {
        self.armed = nil
        inflict(armed.fault)
        return
      }
    }
  }
}

/// One value from one thread to another that waits for it; the wait's semaphore orders the two.
private final class Answer<T>: @unchecked Sendable {
  private var value: T?
  func set(_ value: T) { self.value = value }
  func get() -> T {
    guard let value else { preconditionFailure("the loop has answered before it is asked for the answer") }
    return value
  }
}
