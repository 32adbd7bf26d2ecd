/// Reads SQL as PostgreSQL's own scanner does, as far as it takes to know where words, quotes and comments end.
struct SQLLexer {
  /// A piece of SQL that isn't white space or a comment.
  struct Token: Equatable {
    enum Kind: Equatable {
      /// A word without quotes, in capitals; a name in double quotes keeps its case.
      case word, name
      /// A text in quotes of either kind, a number, a character.
      case text, number, symbol
    }
    var kind: Kind
    var text: String
    /// Where it begins and ends, in bytes of the whole text.
    var start: Int
    var end: Int
  }

  /// A quote or a comment that the text doesn't close.
  struct Unclosed: Error {
    var what: String
    var start: Int
  }

  let bytes: [UInt8]
  private(set) var position: Int
  let limit: Int

  init(_ bytes: [UInt8], from start: Int = 0, to end: Int? = nil) {
    self.bytes = bytes
    position = start
    limit = end ?? bytes.count
  }

  /// The next token, or nil at the end.
  mutating func next() throws(Unclosed) -> Token? {
    try skipBlanks()
    guard position < limit else { return nil }
    let start = position
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "'"):
      try skipQuote(byte, escapes: false, start: start, what: "text in quotes")
      return token(.text, start)
    case UInt8(ascii: "\""):
      try skipQuote(byte, escapes: false, start: start, what: "name in quotes")
      let inner = String(decoding: bytes[(start + 1)..<(position - 1)], as: UTF8.self)
      return Token(kind: .name, text: inner.replacing("\"\"", with: "\""), start: start, end: position)
    case UInt8(ascii: "$"):
      if try skipDollarQuote(start) { return token(.text, start) }
      // A parameter such as $1, or a lone sign.
      position += 1
      while position < limit, Self.isDigit(bytes[position]) { position += 1 }
      return token(.symbol, start)
    case _ where Self.beginsWord(byte):
      return try word(start)
    case _ where Self.isDigit(byte):
      while position < limit, Self.isDigit(bytes[position]) || bytes[position] == UInt8(ascii: ".") {
        position += 1
      }
      return token(.number, start)
    default:
      position += 1
      return token(.symbol, start)
    }
  }

  /// A word, or the text that a prefix of one letter begins: `E'…'`, `B'…'`, `U&'…'`.
  private mutating func word(_ start: Int) throws(Unclosed) -> Token {
    while position < limit, Self.continuesWord(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    let prefix = text.uppercased()
    if ["E", "B", "X", "N"].contains(prefix), at(position) == UInt8(ascii: "'") {
      try skipQuote(UInt8(ascii: "'"), escapes: prefix == "E", start: start, what: "text in quotes")
      return token(.text, start)
    }
    if prefix == "U", at(position) == UInt8(ascii: "&"), let quote = at(position + 1),
      quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"")
    {
      position += 1
      try skipQuote(quote, escapes: false, start: start, what: "text in quotes")
      return token(quote == UInt8(ascii: "'") ? .text : .name, start)
    }
    return Token(kind: .word, text: prefix, start: start, end: position)
  }

  private func token(_ kind: Token.Kind, _ start: Int) -> Token {
    Token(
      kind: kind, text: String(decoding: bytes[start..<position], as: UTF8.self), start: start, end: position)
  }

  private func at(_ index: Int) -> UInt8? { index < limit ? bytes[index] : nil }

  private mutating func skipBlanks() throws(Unclosed) {
    while let byte = at(position) {
      if byte == UInt8(ascii: "-"), at(position + 1) == byte {
        while let inner = at(position), inner != UInt8(ascii: "\n") { position += 1 }
      } else if byte == UInt8(ascii: "/"), at(position + 1) == UInt8(ascii: "*") {
        try skipComment()
      } else if byte == 0x20 || (0x09...0x0d).contains(byte) {
        position += 1
      } else {
        return
      }
    }
  }

  /// Comments nest.
  private mutating func skipComment() throws(Unclosed) {
    let start = position
    var depth = 0
    repeat {
      guard let byte = at(position) else { throw Unclosed(what: "comment", start: start) }
      if byte == UInt8(ascii: "/"), at(position + 1) == UInt8(ascii: "*") {
        depth += 1
        position += 2
      } else if byte == UInt8(ascii: "*"), at(position + 1) == UInt8(ascii: "/") {
        depth -= 1
        position += 2
      } else {
        position += 1
      }
    } while depth > 0
  }

  /// From the opening quote to behind the closing one. A doubled quote stands for itself.
  private mutating func skipQuote(_ quote: UInt8, escapes: Bool, start: Int, what: String) throws(Unclosed) {
    position += 1
    while let byte = at(position) {
      position += 1
      if escapes, byte == UInt8(ascii: "\\") {
        position += 1
      } else if byte == quote {
        guard at(position) == quote else { return }
        position += 1
      }
    }
    throw Unclosed(what: what, start: start)
  }

  /// `$tag$ … $tag$`. Returns false if no such quote begins here.
  private mutating func skipDollarQuote(_ start: Int) throws(Unclosed) -> Bool {
    var end = start + 1
    while let byte = at(end), byte != UInt8(ascii: "$") {
      guard Self.continuesTag(byte), end > start + 1 || !Self.isDigit(byte) else { return false }
      end += 1
    }
    guard at(end) != nil else { return false }
    let tag = bytes[start...end]
    position = end + 1
    while position + tag.count <= limit {
      if bytes[position] == UInt8(ascii: "$"), bytes[position..<(position + tag.count)].elementsEqual(tag) {
        position += tag.count
        return true
      }
      position += 1
    }
    throw Unclosed(what: "text in dollar quotes", start: start)
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func beginsWord(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte)
      || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
      || byte == UInt8(ascii: "_") || byte >= 0x80
  }

  private static func continuesTag(_ byte: UInt8) -> Bool { beginsWord(byte) || isDigit(byte) }

  /// A dollar sign inside a word is part of it, and begins no quote.
  private static func continuesWord(_ byte: UInt8) -> Bool { continuesTag(byte) || byte == UInt8(ascii: "$") }
}
