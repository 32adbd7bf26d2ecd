/// Reads the text of one file: its directives, its parts, their statements.
struct MigrationReader {
  /// Which parts a file may hold.
  enum Kind {
    /// `NNNN_name.sql`
    case both
    /// `NNNN_name.up.sql`, `NNNN_name.down.sql`
    case one(MigrationFile.Direction)
  }

  let file: String
  private let bytes: [UInt8]
  private var problems: [MigrationProblem] = []

  /// A part that was begun.
  private struct Opening {
    var direction: MigrationFile.Direction
    /// Where its line stands, and where its statements begin.
    var line: Int
    var lineStart: Int
    var start: Int
  }

  private var openings: [Opening] = []
  /// The directive's line and the part that it stands in; nil before the first.
  private var noTransaction: [(line: Int, part: MigrationFile.Direction?)] = []
  private var allowances: [(MigrationFile.Allowance, part: MigrationFile.Direction?)] = []

  /// - Parameter bytes: the file's; CRLF is read as LF.
  init(file: String, bytes: [UInt8]) {
    self.file = file
    var normalized: [UInt8] = []
    normalized.reserveCapacity(bytes.count)
    for (index, byte) in bytes.enumerated() {
      if byte == 0x0d, index + 1 < bytes.count, bytes[index + 1] == 0x0a { continue }
      normalized.append(byte)
    }
    self.bytes = normalized
  }

  /// What a file says.
  struct Content {
    var up: MigrationFile.Part?
    var down: MigrationFile.Part?
    var checksum: String
  }

  /// - Throws: ``MigrationProblems``, with every fault of the file.
  static func read(file: String, bytes: [UInt8], kind: Kind) throws(MigrationProblems) -> Content {
    var reader = MigrationReader(file: file, bytes: bytes)
    let content = reader.content(kind)
    guard reader.problems.isEmpty else { throw MigrationProblems(problems: reader.problems) }
    return content
  }

  private mutating func content(_ kind: Kind) -> Content {
    if String(validating: bytes, as: UTF8.self) == nil {
      fault(1, 1, "the file isn't UTF-8; save it as UTF-8")
      return Content(checksum: "")
    }
    if bytes.contains(0) {
      fault(1, 1, "the file holds a NUL, which PostgreSQL can't take; remove it")
      return Content(checksum: "")
    }
    readDirectives(kind)
    switch kind {
    case .one(let direction):
      let part = part(direction, 0..<bytes.count)
      return Content(
        up: direction == .up ? part : nil, down: direction == .down ? part : nil, checksum: Checksum.of(bytes)
      )
    case .both:
      guard let up = openings.first(where: { $0.direction == .up }) else {
        fault(1, 1, "no line says '-- kedge: up'; write it above the statements that go forward")
        return Content(checksum: "")
      }
      let down = openings.first { $0.direction == .down }
      if let down, down.lineStart < up.start {
        fault(down.line, 1, "'-- kedge: down' stands before '-- kedge: up'; write the way forward first")
        return Content(checksum: "")
      }
      refuseStatementsBefore(up)
      let upEnd = down?.lineStart ?? bytes.count
      return Content(
        up: part(.up, up.start..<upEnd), down: down.map { part(.down, $0.start..<bytes.count) },
        checksum: Checksum.of(bytes[..<upEnd]))
    }
  }

  private mutating func fault(_ line: Int, _ column: Int, _ message: String) {
    problems.append(MigrationProblem(file: file, line: line, column: column, message: message))
  }

  private mutating func refuseStatementsBefore(_ up: Opening) {
    do {
      guard let first = try StatementSplitter.split(bytes, 0..<up.lineStart).first else { return }
      fault(first.line, first.column, "this statement stands above '-- kedge: up'; move it below")
    } catch { fault(at: error) }
  }

  private mutating func fault(at problem: StatementSplitter.Problem) {
    var place = StatementSplitter.Place(bytes)
    let (line, column) = place.move(to: problem.offset)
    fault(line, column, problem.message)
  }

  // MARK: Directives

  private mutating func readDirectives(_ kind: Kind) {
    var start = 0
    var line = 0
    while start < bytes.count {
      let end = bytes[start...].firstIndex(of: 0x0a) ?? bytes.count
      line += 1
      let text = String(decoding: bytes[start..<end], as: UTF8.self)
      if text.hasPrefix("--") {
        let comment = text.drop(while: { $0 == "-" || $0 == " " })
        if comment.hasPrefix("kedge:") {
          let words = comment.dropFirst("kedge:".count).drop(while: { $0 == " " })
          directive(
            String(words), line: line, column: text.count - words.count + 1, lineStart: start,
            next: min(end + 1, bytes.count),
            kind)
        }
      }
      start = end + 1
    }
  }

  private mutating func directive(
    _ given: String, line: Int, column: Int, lineStart: Int, next: Int, _ kind: Kind
  ) {
    var text = given
    while text.last?.isWhitespace == true { text.removeLast() }
    let part: MigrationFile.Direction? =
      if case .one(let direction) = kind { direction } else { openings.last?.direction }
    switch text {
    case "up", "down":
      guard case .both = kind, let direction = MigrationFile.Direction(rawValue: text) else {
        return fault(
          line, column, "the file's name says already which way it leads; remove this line")
      }
      if let other = openings.first(where: { $0.direction == direction }) {
        return fault(line, column, "there is a part '\(text)' already, at line \(other.line)")
      }
      openings.append(Opening(direction: direction, line: line, lineStart: lineStart, start: next))
    case "no-transaction":
      noTransaction.append((line, part))
    case _ where text.hasPrefix("allow"):
      allowance(text, line: line, column: column, part)
    default:
      fault(
        line, column,
        "the directive '\(text)' isn't known; there are up, down, no-transaction, and allow RULE: reason")
    }
  }

  private mutating func allowance(_ text: String, line: Int, column: Int, _ part: MigrationFile.Direction?) {
    let halves = text.dropFirst("allow".count).split(separator: ":", maxSplits: 1).map {
      $0.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
    guard halves.count == 2, !halves[0].isEmpty, !halves[1].isEmpty else {
      return fault(line, column, "say the rule and the reason: '-- kedge: allow RULE: reason'")
    }
    guard LintRule.all.contains(where: { $0.id == halves[0] }) else {
      return fault(
        line, column,
        "lint has no rule '\(halves[0])'; its rules are \(LintRule.all.map(\.id).joined(separator: ", "))")
    }
    let isForAll = openings.isEmpty && part == nil
    allowances.append(
      (MigrationFile.Allowance(rule: halves[0], reason: halves[1], line: line, isForAll: isForAll), part))
  }

  // MARK: Parts

  private mutating func part(_ direction: MigrationFile.Direction, _ range: Range<Int>) -> MigrationFile.Part
  {
    let isTransaction = !noTransaction.contains { $0.part == nil || $0.part == direction }
    var statements: [SQLStatement] = []
    do {
      statements = try StatementSplitter.split(bytes, range)
    } catch {
      fault(at: error)
    }
    for statement in statements { check(statement, isTransaction: isTransaction) }
    return MigrationFile.Part(
      file: file, statements: statements, isTransaction: isTransaction,
      allowances: allowances.filter { $0.part == nil || $0.part == direction }.map(\.0))
  }

  private mutating func check(_ statement: SQLStatement, isTransaction: Bool) {
    if statement.begins("COPY"), statement.holds("STDIN") || statement.holds("STDOUT") {
      fault(
        statement.line, statement.column,
        "COPY needs a client that sends data; write INSERT, or load data with 'kedge backfill'")
    } else if statement.controlsTransaction {
      fault(
        statement.line, statement.column,
        "kedge begins and ends the transaction; remove this, and say '-- kedge: no-transaction' where there must be none"
      )
    } else if isTransaction, statement.needsNoTransaction {
      fault(
        statement.line, statement.column,
        "PostgreSQL refuses this statement inside a transaction; put it into a migration of its own that says '-- kedge: no-transaction'"
      )
    }
  }
}
