internal import Web

/// How far the reading of one file has come, over as many answers as it takes.
final class Download {
  /// The file isn't the one that the first answer began.
  struct Changed: Error {}

  /// The first answer's head.
  private(set) var head: HTTPHead?
  private(set) var received = 0
  /// Bytes of the answer at hand that came before already.
  private var toSkip = 0
  /// The answer at hand has been looked at.
  private var isBegun = false

  var tag: String { head?["etag"] ?? "" }
  /// Bytes of the whole file, where the server says so.
  var size: Int? { head?["content-length"].flatMap { Int($0) } }

  /// What asks for the rest, of the same file; begins a new answer.
  var resuming: [(name: String, value: String)] {
    isBegun = false
    toSkip = 0
    guard head != nil, received > 0 else { return [] }
    return [("range", "bytes=\(received)-")] + (tag.isEmpty ? [] : [("if-match", tag)])
  }

  /// Takes a piece of an answer.
  ///
  /// - Returns: what of it is new.
  func take(_ head: HTTPHead, _ bytes: UnsafeRawBufferPointer) throws -> UnsafeRawBufferPointer {
    if !isBegun {
      isBegun = true
      if let first = self.head {
        guard first["etag"] == head["etag"] else { throw Changed() }
        // A server that doesn't know ranges begins anew.
        if head.status == 200 {
          toSkip = received
        } else {
          guard head["content-range"]?.hasPrefix("bytes \(received)-") == true else { throw Changed() }
        }
      } else {
        self.head = head
      }
    }
    let known = min(toSkip, bytes.count)
    toSkip -= known
    received += bytes.count - known
    return UnsafeRawBufferPointer(rebasing: bytes[known...])
  }
}
