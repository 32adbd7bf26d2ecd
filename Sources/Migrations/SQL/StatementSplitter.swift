/// Splits SQL into its statements.
package enum StatementSplitter {
  /// What can't be split, and where: in bytes of the text.
  package struct Problem: Error {
    package var message: String
    package var offset: Int
  }

  /// The statements of the text, in order; those that hold comments alone are left out.
  ///
  /// A semicolon in brackets, or in a function's body that begins with `BEGIN ATOMIC`, ends no statement.
  package static func split(_ bytes: [UInt8], _ range: Range<Int>) throws(Problem) -> [SQLStatement] {
    var lexer = SQLLexer(bytes, from: range.lowerBound, to: range.upperBound)
    var statements: [SQLStatement] = []
    var tokens: [SQLLexer.Token] = []
    var brackets = 0
    var body = 0
    var place = Place(bytes)
    func end(at offset: Int) {
      guard let first = tokens.first else { return }
      let (line, column) = place.move(to: first.start)
      let text = String(decoding: bytes[first.start..<offset], as: UTF8.self)
      statements.append(SQLStatement(text: text, line: line, column: column, tokens: tokens))
      tokens = []
    }
    do throws(SQLLexer.Unclosed) {
      while let token = try lexer.next() {
        if token.kind == .symbol {
          switch token.text {
          case "\\":
            throw SQLLexer.Unclosed(what: "\\", start: token.start)
          case "(": brackets += 1
          case ")": brackets = max(brackets - 1, 0)
          case ";" where brackets == 0 && body == 0:
            end(at: tokens.last?.end ?? token.start)
            continue
          default: break
          }
        } else if token.kind == .word, brackets == 0, makesRoutine(tokens) {
          switch token.text {
          case "ATOMIC" where tokens.last?.text == "BEGIN": body += 1
          case "CASE" where body > 0: body += 1
          case "END" where body > 0: body -= 1
          default: break
          }
        }
        tokens.append(token)
      }
    } catch {
      if error.what == "\\" {
        throw Problem(
          message: "commands of psql such as \\i aren't SQL; write statements", offset: error.start)
      }
      throw Problem(message: "this \(error.what) isn't closed", offset: error.start)
    }
    end(at: tokens.last?.end ?? range.upperBound)
    return statements
  }

  private static func makesRoutine(_ tokens: [SQLLexer.Token]) -> Bool {
    tokens.first?.text == "CREATE"
      && tokens.prefix(4).contains { $0.kind == .word && ($0.text == "FUNCTION" || $0.text == "PROCEDURE") }
  }

  /// Follows lines and columns through a text, forwards.
  package struct Place {
    private let bytes: [UInt8]
    private var offset = 0
    private var line = 1
    private var column = 1

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The line, and the column in characters, of a byte that isn't before the last one asked for.
    package mutating func move(to target: Int) -> (line: Int, column: Int) {
      while offset < target {
        if bytes[offset] == UInt8(ascii: "\n") {
          line += 1
          column = 1
        } else if bytes[offset] & 0xC0 != 0x80 {
          column += 1
        }
        offset += 1
      }
      // The byte itself counts from its own first column.
      return (line, column)
    }
  }
}
