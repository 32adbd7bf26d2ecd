internal import Synchronization

/// Paths as `StaticString`, which is the only kind that XCTest takes.
///
/// Each path is kept for ever, once: there are no more than files with failures.
enum StaticPaths {
  private static let known = Mutex<[String: StaticString]>([:])

  static func path(_ text: String) -> StaticString {
    known.withLock { known in
      if let path = known[text] { return path }
      let path = immortal(text)
      known[text] = path
      return path
    }
  }

  /// `StaticString` is frozen in Swift's ABI: the address of bytes that end with a zero, their number, and flags, of which 2
  /// says that they are ASCII. There is no initializer for bytes that the program has made, so that its three words are
  /// written as they lie in memory. The bytes are never freed, as those of a literal aren't.
  private static func immortal(_ text: String) -> StaticString {
    let bytes = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: text.utf8.count + 1)
    _ = bytes.initialize(from: Array(text.utf8) + [0])
    guard let start = bytes.baseAddress else { return "" }
    return withUnsafeTemporaryAllocation(
      byteCount: MemoryLayout<StaticString>.stride, alignment: MemoryLayout<StaticString>.alignment
    ) { words in
      words.initializeMemory(as: UInt8.self, repeating: 0)
      words.storeBytes(of: UInt(bitPattern: start), as: UInt.self)
      words.storeBytes(of: UInt(text.utf8.count), toByteOffset: MemoryLayout<UInt>.size, as: UInt.self)
      let isASCII = text.utf8.allSatisfy { $0 < 0x80 }
      words.storeBytes(of: isASCII ? 2 : 0, toByteOffset: 2 * MemoryLayout<UInt>.size, as: UInt8.self)
      return words.load(as: StaticString.self)
    }
  }
}
