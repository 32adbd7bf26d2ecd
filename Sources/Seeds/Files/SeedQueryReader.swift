internal import Mapping
internal import Migrations

/// Reads a file of seeds in SQL: `-- kedge: seed ENTITY [key a, b] [force]`, and one query that yields the rows.
struct SeedQueryReader {
  let log: DiagnosticLog

  /// - Returns: nil after the file's errors went to the log.
  func read(_ source: SourceText, name: String) -> SeedFile? {
    log.register(source)
    guard let text = String(validating: source.bytes, as: UTF8.self), !text.utf8.contains(0) else {
      log.error("the file isn't text in UTF-8", at: start(source), help: "save it as UTF-8")
      return nil
    }
    guard let heading = heading(source, String(text.prefix { !$0.isNewline })) else { return nil }
    let statements: [SQLStatement]
    do throws(StatementSplitter.Problem) {
      statements = try StatementSplitter.split(source.bytes, 0..<source.bytes.count)
    } catch {
      log.error(error.message, at: source.location(offset: error.offset))
      return nil
    }
    guard let query = statements.first else {
      log.error("the file has no query that yields the rows", at: start(source))
      return nil
    }
    let place = SourceLocation(file: source.file, line: query.line, column: query.column)
    if statements.count > 1 {
      let second = statements[1]
      log.error(
        "a file of seeds has one query",
        at: SourceLocation(file: source.file, line: second.line, column: second.column),
        help: "make another file of it; what changes tables belongs into migrations")
      return nil
    }
    let isQuery =
      ["SELECT", "WITH", "VALUES", "TABLE"].contains { query.begins($0) } || query.text.hasPrefix("(")
    guard isQuery else {
      log.error(
        "a seed is a query that yields the rows: SELECT, VALUES, WITH or TABLE", at: place,
        help: "kedge itself inserts and updates what the query yields")
      return nil
    }
    return SeedFile(
      name: name, path: source.file, target: heading.target, key: heading.key, isForced: heading.isForced,
      columns: [], content: .query(query), location: place)
  }

  private struct Heading {
    var target: SeedFile.Target
    var key: [Located<String>]?
    var isForced = false
  }

  /// A word of the first line, with its place.
  private struct Word {
    var text: String
    var location: SourceLocation
  }

  private func heading(_ source: SourceText, _ line: String) -> Heading? {
    var words = words(of: line, in: source.file)[...]
    let expected = "-- kedge: seed ENTITY, and optionally key COLUMN, COLUMN and force"
    guard words.count >= 4, words.prefix(3).map(\.text) == ["--", "kedge:", "seed"] else {
      log.error(
        "a file of seeds in SQL begins with a line that says what it seeds", at: start(source),
        help: "write: \(expected)")
      return nil
    }
    let name = words[3]
    let located = Located(value: name.text, location: name.location)
    var heading = Heading(target: name.text.contains(".") ? .table(located) : .entity(located))
    words = words.dropFirst(4)
    while let word = words.popFirst() {
      switch word.text {
      case "force": heading.isForced = true
      case "key" where heading.key == nil && words.first != nil:
        var key: [Located<String>] = []
        while let column = words.popFirst() {
          key.append(Located(value: column.text, location: column.location))
          guard words.first?.text == "," else { break }
          words.removeFirst()
        }
        heading.key = key
      default:
        log.error(
          "\"\(word.text)\" has no meaning here", at: word.location,
          help: NearestWord.help(for: word.text, among: ["key", "force"]) ?? "write: \(expected)")
        return nil
      }
    }
    return heading
  }

  /// Words between white space; a comma is one of its own.
  private func words(of line: String, in file: String) -> [Word] {
    var words: [Word] = []
    var text = ""
    var begin = 0
    func end() {
      if !text.isEmpty {
        words.append(Word(text: text, location: SourceLocation(file: file, line: 1, column: begin + 1)))
      }
      text = ""
    }
    for (index, scalar) in line.unicodeScalars.enumerated() {
      if scalar.properties.isWhitespace || scalar == "," {
        end()
        if scalar == "," {
          words.append(Word(text: ",", location: SourceLocation(file: file, line: 1, column: index + 1)))
        }
        continue
      }
      if text.isEmpty { begin = index }
      text.unicodeScalars.append(scalar)
    }
    end()
    return words
  }

  private func start(_ source: SourceText) -> SourceLocation {
    SourceLocation(file: source.file, line: 1, column: 1)
  }
}
