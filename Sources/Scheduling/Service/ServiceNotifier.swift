internal import Glibc

/// Tells the service manager that started this process how it is, as sd_notify(3) of systemd describes the protocol: datagrams
/// to the Unix socket that the environment names. Where there is no such socket, it does nothing.
public struct ServiceNotifier: Sendable {
  /// What can be said.
  public enum Message: Sendable, Equatable {
    /// The process has started up.
    case ready
    /// What it is at, for a person.
    case status(String)
    /// It still turns: said at least once in each ``ServiceNotifier/watchdog``.
    case alive
    case stopping

    var text: String {
      switch self {
      case .ready: "READY=1"
      case .status(let text): "STATUS=" + text.split(whereSeparator: \.isNewline).joined(separator: " ")
      case .alive: "WATCHDOG=1"
      case .stopping: "STOPPING=1\nSTATUS=stopping"
      }
    }
  }

  private let socket: String?
  /// Seconds within which the manager wants to hear ``Message/alive``; nil if it doesn't.
  public let watchdog: Double?

  /// - Parameter environment: `NOTIFY_SOCKET`, a path or `@` and an abstract name; `WATCHDOG_USEC`; `WATCHDOG_PID`.
  public init(environment: [String: String]) {
    let path = environment["NOTIFY_SOCKET"] ?? ""
    socket = path.hasPrefix("/") || path.hasPrefix("@") ? path : nil
    // The watchdog may be meant for a parent that handed its environment down.
    let isMeant = environment["WATCHDOG_PID"].map { $0 == "\(getpid())" } ?? true
    let microseconds = environment["WATCHDOG_USEC"].flatMap { Double($0) } ?? 0
    watchdog = socket != nil && isMeant && microseconds > 0 ? microseconds / 1_000_000 : nil
  }

  /// Says it. A manager that isn't there, or doesn't read, is no reason to stop working.
  ///
  /// - Returns: whether the message was sent.
  @discardableResult
  public func say(_ message: Message) -> Bool {
    guard let socket, message != .alive || watchdog != nil else { return false }
    let descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    // A manager that hangs isn't waited for.
    var limit = timeval(tv_sec: 2, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(socket.utf8)
    // An abstract name begins with a zero byte, and isn't ended by one.
    let isAbstract = name.first == UInt8(ascii: "@")
    if isAbstract { name[0] = 0 }
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < room else { return false }
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
    let start = MemoryLayout<sockaddr_un>.size - room
    let length = socklen_t(start + name.count + (isAbstract ? 0 : 1))
    let bytes = Array(message.text.utf8)
    let sent = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        sendto(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL), $0, length)
      }
    }
    return sent == bytes.count
  }
}
