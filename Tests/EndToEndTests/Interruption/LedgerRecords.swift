import Codec

/// The data that interrupted runs move: accounts, their orders and the payments of these, in an earlier and a later
/// version, with something of everything that can go wrong.
///
/// Whatever depends on the order of records (which of two with one key lands) stays within a hundred of them, which is
/// one chunk, so that one result is right however many threads move them.
enum LedgerRecords {
  typealias Record = [(name: String, value: BSONValue)]

  /// Entities in the order in which they refer to each other, with the number of their records.
  static let counts = [("accounts", 500), ("orders", 800), ("payments", 600), ("notes", 70)]

  /// All records of an entity, in the order of their keys.
  ///
  /// - Parameter isLater: the later version: some records are changed, some gone, some new, some mended, some broken.
  static func all(_ entity: String, isLater: Bool) -> [Record] {
    let count = counts.first { $0.0 == entity }?.1 ?? 0
    var records: [Record] = []
    for number in 0..<count {
      if !(isLater && number % 100 == 31) {
        records.append(make(entity, number, id: number * 10, count: count, isLater: isLater))
      }
      if isLater && number % 100 == 32 {
        records.append(make(entity, number, id: number * 10 + 5, count: count, isLater: isLater))
      }
    }
    return records
  }

  private static func make(_ entity: String, _ number: Int, id: Int, count: Int, isLater: Bool) -> Record {
    // What is broken moves on by one, so that the later version mends some records and breaks others.
    let shift = isLater ? 1 : 0
    let version = isLater && number % 7 == 3 ? "later" : "earlier"
    switch entity {
    case "accounts":
      return account(number, id: id, count: count, isLater: isLater, shift: shift, version: version)
    case "orders": return order(number, id: id, shift: shift, version: version)
    case "payments": return payment(number, id: id, shift: shift, version: version)
    default: return note(number, id: id, shift: shift, version: version)
    }
  }

  private static func account(
    _ number: Int, id: Int, count: Int, isLater: Bool, shift: Int, version: String
  ) -> Record {
    var referrer: BSONValue = .null
    if number % 3 == 0, number + 37 < count { referrer = BSONValue((number + 37) * 10) }
    // To a record of the same kind that is only in the next chunk.
    if isLater, number % 100 == 21, number + 111 < count { referrer = BSONValue((number + 111) * 10 + 5) }
    if number % 89 == 11 + shift { referrer = BSONValue(90_000_000 + number) }
    var record: Record = [
      ("id", BSONValue(id)), ("name", .string("account \(number) \(version)")),
      ("email", .string("person\(number % 100 == 61 ? id - 10 : id)@example.org")), ("referrer", referrer),
      ("balance", number % 97 == 5 + shift ? "not a number" : BSONValue(number * 31)),
      ("status", number % 41 == 4 + shift ? "deleted" : "active"),
    ]
    if number % 5 == 0 { record.append(("plan", .string("plan \(number % 3)"))) }
    return record
  }

  private static func order(_ number: Int, id: Int, shift: Int, version: String) -> Record {
    let account = number % 53 == 7 + shift ? 80_000_000 + number : (number * 7 % 500) * 10
    return [
      ("id", BSONValue(id)), ("account", BSONValue(account)),
      ("code", .string("code \(number % 100 == 71 + shift ? id - 10 : id)")),
      ("placed", .date(1_700_000_000_000 + Int64(id) * 60_000)), ("note", .string("order \(version)")),
      (
        "lines",
        BSONValue(
          (0..<number % 4).map { line in
            [
              "sku": .string("sku \(line) \(version)"),
              "taxes": BSONValue((0..<line).map { ["rate": BSONValue($0 * 5), "kind": "vat"] }),
            ]
          })
      ),
    ]
  }

  private static func payment(_ number: Int, id: Int, shift: Int, version: String) -> Record {
    [
      ("id", BSONValue(id)),
      ("order", BSONValue((number % 67 == 9 + shift ? 70_000_000 + number : (number * 3 % 800) * 10))),
      ("amount", number % 59 == 8 + shift ? "much" : BSONValue(number * 3)),
      ("method", .string(version)),
    ]
  }

  /// One chunk, whose last records have names that become the keys of others.
  private static func note(_ number: Int, id: Int, shift: Int, version: String) -> Record {
    let isTwin = number >= 60
    return [
      ("id", isTwin ? .string("\((number - 60) * 30 + shift * 10)") : BSONValue(id)),
      ("text", .string("note \(number) \(version)")),
      ("weight", number % 23 == 5 + shift ? "heavy" : BSONValue(number)),
    ]
  }
}
