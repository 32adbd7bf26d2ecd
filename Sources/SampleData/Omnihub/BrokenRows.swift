public import SQLite

/// Rows that can't land with the shipped mapping set, each for one reason.
public enum BrokenRow: Int, Sendable, CaseIterable {
  case wordsForMoney, unknownRole, missingEmail, invalidJSON, unknownStatus, identifierThatIsNone, textWithNUL
  case fractionOfCent

  /// The table that it goes into.
  public var table: OmnihubTable {
    switch self {
    case .wordsForMoney, .unknownRole, .missingEmail, .fractionOfCent: .users
    case .invalidJSON, .unknownStatus, .identifierThatIsNone: .generations
    case .textWithNUL: .logs
    }
  }
}

extension OmnihubSample {
  /// Which fault broken row number `number` has: all in turn.
  public func fault(ofRow number: Int) -> BrokenRow { BrokenRow.allCases[number % BrokenRow.allCases.count] }

  /// Broken row number `number`: a sound row with one thing wrong, and a key that follows those of the sound rows.
  public func brokenRow(_ number: Int) -> [SQLiteValue] {
    let fault = fault(ofRow: number)
    let index = count(fault.table) + 1000 + number
    var cells = row(fault.table, index)
    switch fault {
    case .wordsForMoney: cells[4] = .text("plenty")
    case .unknownRole: cells[5] = .text("root")
    case .missingEmail: cells[1] = .null
    case .fractionOfCent: cells[4] = .real(0.125)
    case .invalidJSON: cells[8] = .text("{\"urls\": [")
    case .unknownStatus: cells[7] = .text("lost")
    case .identifierThatIsNone: cells[0] = .text("generation-\(number)")
    case .textWithNUL: cells[3] = .text("before\0after")
    }
    return cells
  }
}
