/// Cuts a statement into what placeholders can't be in (strings, quoted names, comments, words) and what they can.
///
/// Follows the lexical rules of the backend that will read the statement: `'it''s'` is a string for both; Postgres alone knows
/// `E'\''`, `$tag$…$tag$` and comments inside comments; SQLite alone knows names in `[…]` and backquotes.
struct SQLLexer {
  struct Token {
    enum Kind {
      /// An identifier or keyword without quotes.
      case word
      /// Anything else that stays as it is.
      case text
      /// `?`
      case questionMark
      /// `??`
      case escapedQuestionMark
      /// `$1`
      case numbered(Int)
      /// `$name`, which only SQLite would take for a placeholder.
      case named
      /// A NUL, at which both backends would end the statement.
      case nul
    }
    var kind: Kind
    var range: Range<Int>
  }

  let bytes: [UInt8]
  private let backend: DatabaseBackend
  private var position = 0

  init(_ sql: String, _ backend: DatabaseBackend) {
    bytes = Array(sql.utf8)
    self.backend = backend
  }

  private func byte(_ index: Int) -> UInt8? { index < bytes.count ? bytes[index] : nil }

  /// The next token; nil at the end.
  mutating func next() -> Token? {
    guard let first = byte(position) else { return nil }
    let start = position
    var kind = Token.Kind.text
    switch first {
    case 0:
      position += 1
      kind = .nul
    case UInt8(ascii: "'"): skipQuoted(first)
    case UInt8(ascii: "\""): skipQuoted(first)
    case UInt8(ascii: "`") where backend == .sqlite: skipQuoted(first)
    case UInt8(ascii: "[") where backend == .sqlite: skip(past: [UInt8(ascii: "]")])
    case UInt8(ascii: "-") where byte(position + 1) == first: skipLine()
    case UInt8(ascii: "/") where byte(position + 1) == UInt8(ascii: "*"): skipComment()
    case UInt8(ascii: "?"):
      let isEscape = byte(position + 1) == first
      position += isEscape ? 2 : 1
      kind = isEscape ? .escapedQuestionMark : .questionMark
    case UInt8(ascii: "$"): kind = dollar()
    case _ where Self.isWordStart(first):
      if backend == .postgres, first | 0x20 == UInt8(ascii: "e"), byte(position + 1) == UInt8(ascii: "'") {
        position += 1
        skipEscapeString()
      } else {
        while let byte = byte(position), Self.isWordByte(byte) { position += 1 }
        kind = .word
      }
    case _ where Self.isDigit(first):
      while let byte = byte(position), Self.isWordByte(byte), byte != UInt8(ascii: "$") { position += 1 }
    default: position += 1
    }
    return Token(kind: kind, range: start..<position)
  }

  /// Whether a word or number begins here.
  func isBeforeWord(_ index: Int) -> Bool { byte(index).map { Self.isWordByte($0) } ?? false }

  /// Whether a digit stands here.
  func isBeforeDigit(_ index: Int) -> Bool { byte(index).map { Self.isDigit($0) } ?? false }

  static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

  static func isWordStart(_ byte: UInt8) -> Bool {
    let folded = byte | 0x20
    return folded >= UInt8(ascii: "a") && folded <= UInt8(ascii: "z") || byte == UInt8(ascii: "_")
      || byte >= 0x80
  }

  static func isWordByte(_ byte: UInt8) -> Bool {
    isWordStart(byte) || isDigit(byte) || byte == UInt8(ascii: "$")
  }

  /// Skips to behind the closing quote, where two of them stand for one. A string that isn't closed goes to the end; the
  /// backend will say so.
  private mutating func skipQuoted(_ quote: UInt8) {
    position += 1
    while let byte = byte(position) {
      position += 1
      guard byte == quote else { continue }
      guard self.byte(position) == quote else { return }
      position += 1
    }
  }

  /// Skips `'…'` in which a backslash takes the next character's meaning away. Strings that are parted by a line break go on
  /// in the same way.
  private mutating func skipEscapeString() {
    while true {
      position += 1
      scan: while let byte = byte(position) {
        position += 1
        switch byte {
        case UInt8(ascii: "\\"): position = min(position + 1, bytes.count)
        case UInt8(ascii: "'"):
          guard self.byte(position) == byte else { break scan }
          position += 1
        default: break
        }
      }
      guard let next = continuation() else { return }
      position = next
    }
  }

  /// Where the string's next part begins, if between its end and a quote there is nothing but space, at least one line break, and
  /// comments to the end of a line.
  private func continuation() -> Int? {
    var index = position
    var hasBreak = false
    while let byte = byte(index) {
      switch byte {
      case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
        hasBreak = true
        index += 1
      case UInt8(ascii: " "), UInt8(ascii: "\t"), 0x0C, 0x0B: index += 1
      case UInt8(ascii: "-") where self.byte(index + 1) == byte:
        while let byte = self.byte(index), byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") {
          index += 1
        }
      case UInt8(ascii: "'"): return hasBreak ? index : nil
      default: return nil
      }
    }
    return nil
  }

  private mutating func skipLine() {
    while let byte = byte(position) {
      // Postgres ends such a comment at a carriage return too, SQLite doesn't.
      if byte == UInt8(ascii: "\n") || backend == .postgres && byte == UInt8(ascii: "\r") { return }
      position += 1
    }
  }

  private mutating func skipComment() {
    var depth = 1
    position += 2
    while depth > 0, let byte = byte(position) {
      let pair = (byte, self.byte(position + 1))
      if pair == (UInt8(ascii: "*"), UInt8(ascii: "/")) {
        depth -= 1
        position += 2
      } else if backend == .postgres, pair == (UInt8(ascii: "/"), UInt8(ascii: "*")) {
        depth += 1
        position += 2
      } else {
        position += 1
      }
    }
  }

  private mutating func skip(past end: [UInt8]) {
    while position < bytes.count {
      if bytes[position...].starts(with: end) {
        position += end.count
        return
      }
      position += 1
    }
  }

  /// What begins with a dollar sign: a number, a quoted string, or nothing of the kind.
  private mutating func dollar() -> Token.Kind {
    let start = position
    position += 1
    var number = 0
    while let byte = byte(position), Self.isDigit(byte) {
      number = min(number * 10 + Int(byte - UInt8(ascii: "0")), 1_000_000)
      position += 1
    }
    if position > start + 1 { return .numbered(number) }
    var end = position
    if let byte = byte(end), Self.isWordStart(byte) {
      while let byte = self.byte(end), Self.isWordByte(byte), byte != UInt8(ascii: "$") { end += 1 }
    }
    if backend == .postgres {
      guard byte(end) == UInt8(ascii: "$") else { return .text }
      let tag = Array(bytes[start...end])
      position = end + 1
      skip(past: tag)
      return .text
    }
    return end > position ? .named : .text
  }
}
