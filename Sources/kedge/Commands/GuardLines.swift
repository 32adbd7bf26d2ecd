internal import Foundation
internal import Glibc

/// The lines of a file, or of standard input as they come, without their ends.
struct GuardLines: Sequence, IteratorProtocol {
  private let handle: FileHandle
  private var buffer: [UInt8] = []
  private var isAtEnd = false

  /// - Parameter path: a file, or `-` for standard input.
  init(_ path: String) throws {
    if path == "-" {
      handle = .standardInput
    } else {
      guard let file = FileHandle(forReadingAtPath: path) else {
        throw UsageProblem("\(path) can't be read: \(String(cString: strerror(errno)))")
      }
      handle = file
    }
  }

  mutating func next() -> [UInt8]? {
    while true {
      if let end = buffer.firstIndex(of: UInt8(ascii: "\n")) {
        defer { buffer.removeFirst(end + 1) }
        return Array(buffer[..<end])
      }
      if isAtEnd {
        defer { buffer = [] }
        return buffer.isEmpty ? nil : buffer
      }
      // What there is: it doesn't wait for more.
      let piece = handle.availableData
      isAtEnd = piece.isEmpty
      buffer += piece
    }
  }
}
