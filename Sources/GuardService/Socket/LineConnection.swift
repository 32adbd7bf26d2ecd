internal import Glibc

/// Lines from a client, and lines to it.
struct LineConnection {
  enum Incoming {
    case line([UInt8])
    /// More bytes without an end than a line may have.
    case tooLong
    case end
  }

  private let descriptor: Int32
  private let longest: Int
  private var buffer: [UInt8] = []
  private var scanned = 0
  private var chunk = [UInt8](repeating: 0, count: 16_384)

  /// - Parameters:
  ///   - longest: bytes of a line, at most.
  ///   - patience: seconds to wait for a client that doesn't read.
  init(_ descriptor: Int32, longest: Int, patience: Int) {
    self.descriptor = descriptor
    self.longest = longest
    var limit = timeval(tv_sec: patience, tv_usec: 0)
    setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
  }

  /// Waits for the next line. What follows the last newline when the client is done is a line, too.
  mutating func next() -> Incoming {
    while true {
      if let end = buffer[scanned...].firstIndex(of: UInt8(ascii: "\n")) {
        let line = Array(buffer[..<end])
        buffer.removeFirst(end + 1)
        scanned = 0
        return line.count > longest ? .tooLong : .line(line)
      }
      scanned = buffer.count
      if buffer.count > longest { return .tooLong }
      let count = recv(descriptor, &chunk, chunk.count, 0)
      if count < 0, errno == EINTR { continue }
      if count <= 0 {
        defer { (buffer, scanned) = ([], 0) }
        return buffer.isEmpty ? .end : .line(buffer)
      }
      buffer += chunk[..<count]
    }
  }

  /// Sends a line.
  ///
  /// - Returns: whether the client took it.
  func send(_ text: String) -> Bool {
    let bytes = Array((text + "\n").utf8)
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }
}
