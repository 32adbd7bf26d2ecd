internal import Postgres

extension DatabaseError {
  /// What Postgres said, without values.
  init(_ error: PostgresError) {
    self.init(Self.kind(of: error), error.description, sqlState: error.sqlState, table: error.table)
  }

  private static func kind(of error: PostgresError) -> Kind {
    if error.code == .connection { return .connection }
    guard let state = error.sqlState else { return error.code == .usage ? .usage : .other }
    switch state {
    case "23505": return .uniqueViolation(constraint: error.constraint, columns: keyColumns(error.detail))
    case "23503": return .foreignKeyViolation(constraint: error.constraint, columns: keyColumns(error.detail))
    case "23502": return .notNullViolation(column: error.column)
    case "23514": return .checkViolation(constraint: error.constraint)
    case "40001", "40P01": return .serialization
    case "55P03": return .locked
    case "57014": return error.fault == .statementTimeout ? .timeout(.statement) : .cancelled
    case "25006": return .readOnly
    case "25P02": return .transactionFailed
    case _ where state.hasPrefix("23"): return .constraintViolation(constraint: error.constraint)
    case _ where state.hasPrefix("22"): return .invalidValue
    case _ where state.hasPrefix("42"): return .statement
    case _ where state.hasPrefix("08"), "53300": return .connection
    default: return .other
    }
  }

  /// The columns of `Key (a, b)=(1, 2) already exists.`, which says so in every language.
  private static func keyColumns(_ detail: String?) -> [String] {
    guard let detail, let start = detail.firstIndex(of: "("),
      let end = detail.firstRange(of: ")=(")?.lowerBound,
      start < end
    else { return [] }
    var columns: [String] = []
    var column = ""
    var depth = 0
    var isQuoted = false
    for character in detail[detail.index(after: start)..<end] {
      switch character {
      case "\"": isQuoted.toggle()
      case "(" where !isQuoted: depth += 1
      case ")" where !isQuoted: depth -= 1
      default: break
      }
      if character == ",", depth == 0, !isQuoted {
        columns.append(column)
        column = ""
      } else if !(character == " " && column.isEmpty) {
        column.append(character)
      }
    }
    return (columns + [column]).map { name -> String in
      name.hasPrefix("\"") ? String(name.dropFirst().dropLast()).replacing("\"\"", with: "\"") : name
    }
  }
}
