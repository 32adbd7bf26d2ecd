public import SQLite

/// Rows of motiv8 that can't land with the shipped mapping set, each for one reason.
public enum Motiv8Fault: Int, Sendable, CaseIterable {
  case emptyEmail, threeDecimals, wordOfNoBoolean, invalidJSON, wordsForNumber, millisecondsForDate,
    unknownStore
  case identifierThatIsNone, textWithNUL, addressThatIsNone

  /// The table that it goes into.
  public var table: Motiv8Table {
    switch self {
    case .emptyEmail, .threeDecimals, .wordOfNoBoolean, .invalidJSON: .users
    case .wordsForNumber, .millisecondsForDate: .goals
    case .unknownStore, .identifierThatIsNone: .mediaFiles
    case .textWithNUL: .generatedItems
    case .addressThatIsNone: .sessions
    }
  }
}

/// What years without constraints have left in motiv8's file and folders.
public enum Motiv8Dirt: Int, Sendable, CaseIterable {
  /// Two accounts with one address in different cases; two rows for one file: one of the two lands.
  case twinEmail, twinPath
  /// Refers to a row that is gone, or that was deleted by its flag.
  case goalOfNoUser, goalOfNoProgram, itemOfNoMedia, itemOfDeletedGoal, embeddingOfNoMedia, sessionOfNoUser
  /// Against the rules of `migrations/motiv8`.
  case negativeSize, pathOutside, progressAboveOne
  /// Lands, and misses its file.
  case lostFile

  /// The table that it goes into.
  public var table: Motiv8Table {
    switch self {
    case .twinEmail: .users
    case .goalOfNoUser, .goalOfNoProgram, .progressAboveOne: .goals
    case .twinPath, .negativeSize, .pathOutside, .lostFile: .mediaFiles
    case .itemOfNoMedia, .itemOfDeletedGoal: .generatedItems
    case .embeddingOfNoMedia: .embeddings
    case .sessionOfNoUser: .sessions
    }
  }

  /// How many rows it makes.
  public var rows: Int { self == .twinEmail || self == .twinPath ? 2 : 1 }

  /// How many of them are quarantined.
  public var quarantined: Int { self == .lostFile ? 0 : 1 }
}

extension Motiv8Sample {
  /// Which fault broken row number `number` has, and which kind dirt number `number` is: all in turn.
  public func fault(_ number: Int) -> Motiv8Fault {
    Motiv8Fault.allCases[number % Motiv8Fault.allCases.count]
  }
  public func dirt(_ number: Int) -> Motiv8Dirt { Motiv8Dirt.allCases[number % Motiv8Dirt.allCases.count] }

  /// A sound row with a key and names of its own, which nothing refers to.
  private func stranger(_ table: Motiv8Table, _ number: Int, _ word: String) -> [SQLiteValue] {
    var random = SplitMix64(seed: seed, collection: "motiv8." + word, index: 1_000_000 + number)
    var cells = row(table, number % count(table))
    switch table {
    case .mediaFiles:
      cells[0] = .text(random.hex(32))
      cells[3] = .text("\(word)/\(number).png")
    case .sessions: cells[0] = .text(random.token(43))
    default: cells[0] = .number(count(table) + (word == "broken" ? 1_000_000 : 2_000_000) + number * 2)
    }
    if table == .users { cells[1] = .text("\(word).\(number)@example.com") }
    if table == .goals { cells[9] = .number(0) }
    return cells
  }

  /// Broken row number `number`.
  public func brokenRow(_ number: Int) -> [SQLiteValue] {
    let fault = fault(number)
    var cells = stranger(fault.table, number, "broken")
    switch fault {
    // Spaces of different lengths: SQLite's own UNIQUE takes them for different addresses.
    case .emptyEmail: cells[1] = .text(String(repeating: " ", count: number + 1))
    case .threeDecimals: cells[6] = .real(0.125)
    case .wordOfNoBoolean: cells[4] = .text("maybe")
    case .invalidJSON: cells[8] = .text("{'theme': 'dark'}")
    case .wordsForNumber: cells[4] = .text("a lot")
    case .millisecondsForDate: cells[10] = .text("1714566600000")
    case .unknownStore: cells[2] = .text("tmp")
    case .identifierThatIsNone: cells[0] = .text("file-\(number)")
    case .textWithNUL: cells[5] = .text("before\0after")
    case .addressThatIsNone: cells[2] = .text("unknown")
    }
    return cells
  }

  /// The rows of dirt number `number`.
  public func dirtyRows(_ number: Int) -> [[SQLiteValue]] {
    let kind = dirt(number)
    let first = stranger(kind.table, number, "dirty")
    var cells = first
    switch kind {
    case .twinEmail:
      cells[0] = .number((first[0].integer ?? 0) + 1)
      cells[1] = .text((first[1].text ?? "").uppercasedASCII)
      return [first, cells]
    case .twinPath:
      cells[0] = stranger(.mediaFiles, number, "twin")[0]
      return [first, cells]
    case .goalOfNoUser: cells[1] = .number(900_000_000 + number)
    case .goalOfNoProgram: cells[2] = .text("keep-calm")
    case .itemOfNoMedia: cells[3] = .text(String(repeating: "0", count: 32))
    // Goal 50 is the first that is deleted; in a small sample it isn't there at all.
    case .itemOfDeletedGoal: cells[2] = .number(50)
    case .embeddingOfNoMedia: cells[1] = .text(String(repeating: "0", count: 32))
    case .sessionOfNoUser: cells[1] = .number(900_000_000 + number)
    case .negativeSize: cells[5] = .number(-1)
    case .pathOutside: cells[3] = .text("../../etc/passwd.\(number)")
    case .progressAboveOne: cells[5] = .real(1.5)
    case .lostFile: break
    }
    return [cells]
  }
}
