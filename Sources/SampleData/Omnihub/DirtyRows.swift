public import SQLite

/// What years without constraints have left in omnihub's file. Each kind puts one row into quarantine.
public enum DirtyRow: Int, Sendable, CaseIterable {
  /// Two accounts with one address in different cases, which SQLite's UNIQUE took for two: one of the two lands.
  case twinEmail
  /// Refers to an account that was deleted while foreign keys were off.
  case generationOfNoUser, logOfNoUser
  case missingPrompt
  /// A number as text, in a column that is declared REAL.
  case textForMoney
  /// Against the rules of `migrations/omnihub`.
  case negativeCredits, finishedWithoutTime

  /// The table that it goes into.
  public var table: OmnihubTable {
    switch self {
    case .twinEmail, .textForMoney, .negativeCredits: .users
    case .generationOfNoUser, .missingPrompt, .finishedWithoutTime: .generations
    case .logOfNoUser: .logs
    }
  }

  /// How many rows it makes.
  public var rows: Int { self == .twinEmail ? 2 : 1 }
}

extension OmnihubSample {
  /// What kind dirt number `number` is: all in turn.
  public func dirt(_ number: Int) -> DirtyRow { DirtyRow.allCases[number % DirtyRow.allCases.count] }

  /// The rows of dirt number `number`, which nothing refers to.
  public func dirtyRows(_ number: Int) -> [[SQLiteValue]] {
    let kind = dirt(number)
    return (0..<kind.rows).map { place in
      var random = SplitMix64(seed: seed, collection: "omnihub.dirt", index: 1_000_000 + number)
      // A sound row with a key of its own: behind those of broken rows, or a new UUID.
      var cells = row(kind.table, number % count(kind.table))
      cells[0] =
        kind.table == .generations
        ? .text(random.uuid()) : .number(count(kind.table) + 200_000 + number * 2 + place)
      if kind.table == .users {
        let address = "dirty.\(number)@example.com"
        cells[1] = .text(place == 0 ? address : address.uppercasedASCII)
      }
      switch kind {
      case .twinEmail: break
      case .generationOfNoUser: cells[1] = .number(900_000_000 + number)
      case .logOfNoUser: cells[1] = .number(900_000_000 + number)
      case .missingPrompt: cells[5] = .null
      case .textForMoney: cells[4] = .text("12,50")
      case .negativeCredits: cells[4] = .number(-3)
      case .finishedWithoutTime:
        cells[7] = .text("done")
        cells[12] = .null
      }
      return cells
    }
  }

  /// What there is, and what becomes of it with `mappings/omnihub` on the tables of `migrations/omnihub`.
  public func truth() -> [SampleCount] {
    let kinds = (0..<dirt).map { dirt($0) }
    let faults = (0..<broken).map { fault(ofRow: $0) }
    var counts = OmnihubTable.allCases.flatMap { table -> [SampleCount] in
      let dirty = kinds.filter { $0.table == table }
      let unfit = faults.count { $0.table == table }
      return [
        SampleCount(
          table.rawValue, "records", count(table) + unfit + dirty.reduce(0) { $0 + $1.rows }),
        SampleCount(table.rawValue, "quarantined", unfit + dirty.count),
      ]
    }
    // Of twins one lands, and both have the same credits.
    let landing =
      (0..<count(.users)).map { row(.users, $0) }
      + kinds.indices.filter { kinds[$0] == .twinEmail }.map { dirtyRows($0)[0] }
    counts.append(
      SampleCount(OmnihubTable.users.rawValue, "cents", landing.reduce(0) { $0 + Self.cents($1[4]) }))
    var unfinished = 0
    for index in 0..<count(.generations) {
      if ["pending", "running"].contains(row(.generations, index)[7].text) { unfinished += 1 }
    }
    counts.append(SampleCount(OmnihubTable.generations.rawValue, "unfinished", unfinished))
    return counts
  }

  private static func cents(_ value: SQLiteValue) -> Int {
    switch value {
    case .integer(let whole): Int(whole) * 100
    case .real(let number): Int((number * 100).rounded())
    default: 0
    }
  }
}
