public import Codec

/// Records that can't land with the shipped mapping set and its migrations, each for one reason.
public enum BrokenSpirit: Int, Sendable, CaseIterable {
  case unknownSpirit, orphanBooking, sumThatIsWrong, nameByCase, levelTooHigh, spiritAndBundle, wordsForAmount
  case secondSubscription, accessTwice, orphanMastery, emptyName, unknownPlan, dateThatIsNone, unknownKind

  /// The collection that it goes into.
  public var collection: SpiritsCollection {
    switch self {
    case .unknownSpirit, .spiritAndBundle: .spiritpurchases
    case .orphanBooking, .wordsForAmount, .unknownKind: .pointstransactions
    case .sumThatIsWrong: .userpoints
    case .nameByCase, .emptyName: .minions
    case .levelTooHigh, .orphanMastery: .spiritmasteries
    case .secondSubscription, .unknownPlan: .spiritsubscriptions
    case .accessTwice, .dateThatIsNone: .spiritaccesses
    }
  }

  /// Why it lies in quarantine: the code that `kedge quarantine list` shows.
  public var reason: String {
    switch self {
    case .unknownSpirit, .unknownPlan, .unknownKind: "not_in_enum"
    case .orphanBooking, .orphanMastery: "reference"
    case .sumThatIsWrong, .nameByCase, .levelTooHigh, .spiritAndBundle, .secondSubscription, .accessTwice:
      "database"
    case .wordsForAmount, .dateThatIsNone: "invalid_text"
    case .emptyName: "empty"
    }
  }
}

extension SpiritsSample {
  /// Which fault broken record number `number` has: all in turn.
  public func fault(_ number: Int) -> BrokenSpirit {
    BrokenSpirit.allCases[number % BrokenSpirit.allCases.count]
  }

  /// Broken record number `number`. Its `_id` follows those of the sound records.
  public func brokenDocument(_ number: Int) -> BSONDocument {
    let fault = fault(number)
    let index = count(fault.collection) + filtered(fault.collection) + 1000 + number
    var document = DocumentBuilder()
    document.identifier("_id", identifier(fault.collection, index))
    switch fault.collection {
    case .pointstransactions: brokenBooking(fault, &document)
    case .userpoints:
      document.int32("balance", 70)
      document.nested("lifetime") {
        $0.int32("earned", 100)
        $0.int32("spent", 40)
      }
    case .spiritpurchases: brokenPurchase(fault, &document)
    case .spiritsubscriptions: brokenSubscription(fault, &document)
    case .spiritaccesses: brokenAccess(fault, number, &document)
    case .minions: brokenMinion(fault, number, &document)
    default: brokenMastery(fault, &document)
    }
    if fault.collection != .spiritpurchases, fault.collection != .spiritaccesses {
      document.date("createdAt", Moment.opening)
    }
    return document.finished()
  }

  private func brokenBooking(_ fault: BrokenSpirit, _ document: inout DocumentBuilder) {
    let user = fault == .orphanBooking ? count(.users) + 9 : 1
    document.identifier("userId", identifier(.users, user))
    if fault == .wordsForAmount { document.text("amount", "plenty") } else { document.int32("amount", 10) }
    document.text("kind", fault == .unknownKind ? "found" : "earn")
  }

  private func brokenPurchase(_ fault: BrokenSpirit, _ document: inout DocumentBuilder) {
    document.identifier("userId", identifier(.users, 0))
    if fault == .unknownSpirit { document.int32("spirit", 99) } else { document.text("spiritId", "writer") }
    if fault == .spiritAndBundle { document.text("bundleId", "studio") }
    document.decimal("price", 499, exponent: -2)
    document.text("status", "paid")
    document.date("purchasedAt", Moment.opening)
  }

  private func brokenSubscription(_ fault: BrokenSpirit, _ document: inout DocumentBuilder) {
    document.identifier("userId", identifier(.users, 0))
    document.text("planId", fault == .unknownPlan ? "platinum" : "basic")
    document.text("status", "active")
    document.nested("period") {
      $0.int32("start", 1_600_000_000)
      $0.int32("end", 1_602_592_000)
    }
    document.text("startedOn", "2020-09-13")
  }

  /// The first access of a user again; which of the two lands is the same to everybody.
  private func brokenAccess(_ fault: BrokenSpirit, _ number: Int, _ document: inout DocumentBuilder) {
    let user = owner(number)
    document.identifier("userId", identifier(.users, user))
    document.text("spiritId", SpiritsCatalogue.spirits[spirit(user, turn: 0)].code)
    document.text("source", "gift")
    if fault == .dateThatIsNone {
      document.text("grantedAt", "yesterday")
    } else {
      document.date("grantedAt", Moment.opening)
    }
  }

  private func brokenMinion(_ fault: BrokenSpirit, _ number: Int, _ document: inout DocumentBuilder) {
    // One that nobody refers to, for either of the two can be the one that lands.
    let turns = max(1, (count(.minions) - Self.newcomer + 19) / 20)
    let twin = min(count(.minions) - 1, number % turns * 20 + Self.newcomer)
    document.identifier("userId", identifier(.users, owner(twin)))
    document.text("name", fault == .emptyName ? "   " : minionName(twin).uppercasedASCII)
    document.text("class", "builder")
  }

  private func brokenMastery(_ fault: BrokenSpirit, _ document: inout DocumentBuilder) {
    let minion = fault == .orphanMastery ? count(.minions) : 0
    document.identifier("minionId", identifier(.minions, minion))
    document.text("spiritId", SpiritsCatalogue.spirits[spirit(0, turn: 17)].code)
    document.int32("xp", 10)
    document.int32("level", fault == .levelTooHigh ? 50 : 1)
  }
}
