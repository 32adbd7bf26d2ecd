/// The bytes of one mapping file (or another file of YAML), with its lines as libyaml counts them.
package struct SourceText: Sendable {
  package let file: String
  package let bytes: [UInt8]
  /// The byte at which each line starts.
  private let lineStarts: [Int]

  package init(file: String, bytes: [UInt8]) {
    self.file = file
    self.bytes = bytes
    lineStarts = Self.lineStarts(of: bytes)
  }

  package init(file: String, text: String) { self.init(file: file, bytes: Array(text.utf8)) }

  /// A line's text without its break; `number` is 1-based. Bytes that aren't UTF-8 show as U+FFFD.
  package func line(_ number: Int) -> String {
    guard number >= 1, number <= lineStarts.count else { return "" }
    let start = lineStarts[number - 1]
    let end = number < lineStarts.count ? lineStarts[number] : bytes.count
    let text = String(decoding: bytes[start..<end], as: UTF8.self)
    var scalars = Substring(text).unicodeScalars
    while let last = scalars.last, Self.isLineBreak(last) { scalars.removeLast() }
    return String(scalars)
  }

  /// Where a byte stands.
  package func location(offset: Int) -> SourceLocation {
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= offset { low = middle } else { high = middle }
    }
    let before = String(decoding: bytes[lineStarts[low]..<min(offset, bytes.count)], as: UTF8.self)
    return SourceLocation(file: file, line: low + 1, column: before.unicodeScalars.count + 1)
  }

  /// Where libyaml's 0-based mark stands. At the end of a last line without a break, libyaml counts one line more.
  func location(_ mark: YAMLMark) -> SourceLocation {
    if mark.line >= lineStarts.count { return location(offset: bytes.count) }
    return SourceLocation(file: file, line: mark.line + 1, column: mark.column + 1)
  }

  private static func isLineBreak(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: true
    default: false
    }
  }

  /// YAML 1.1, and so libyaml, breaks lines at NEL, LS and PS too.
  private static func lineStarts(of bytes: [UInt8]) -> [Int] {
    var starts = [0]
    var index = 0
    while index < bytes.count {
      let width =
        switch bytes[index] {
        case 0x0A: 1
        case 0x0D: index + 1 < bytes.count && bytes[index + 1] == 0x0A ? 2 : 1
        case 0xC2 where index + 1 < bytes.count && bytes[index + 1] == 0x85: 2
        case 0xE2
        where index + 2 < bytes.count && bytes[index + 1] == 0x80
          && (bytes[index + 2] == 0xA8 || bytes[index + 2] == 0xA9):
          3
        default: 0
        }
      index += max(width, 1)
      if width > 0 { starts.append(index) }
    }
    return starts
  }
}
