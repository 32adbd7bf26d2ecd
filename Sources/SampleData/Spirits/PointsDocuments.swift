/// One booking of points.
struct PointsBooking {
  var amount: Int
  var kind: String
}

extension SpiritsSample {
  /// A user. Number 0 is the administrator whom a factory reset keeps.
  func user(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let address = index == 0 ? "admin@spirits.example" : Vocabulary.mailAddress(index, &random)
    document.text(
      "email", isOld(.users, index) && index > 0 && random.chance(20) ? address.uppercasedASCII : address)
    document.text("name", Vocabulary.personName(&random))
    document.text("role", index == 0 ? "admin" : "user")
    document.date("createdAt", created(.users, index))
  }

  /// What is left of all that a user was ever given, and both sums.
  func points(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.userpoints, index)
    let ledger = ledger(ofUser: index)
    let earned = ledger.reduce(0) { $0 + max(0, $1.amount) }
    let spent = ledger.reduce(0) { $0 - min(0, $1.amount) }
    let created = created(.users, index)
    if old {
      document.mixed("points", earned - spent, text: true, &random)
      document.mixed("totalEarned", earned, text: true, &random)
      if spent > 0 || random.chance(50) { document.mixed("totalSpent", spent, text: true, &random) }
      if random.chance(30) { document.text("rank", random.pick(["bronze", "silver", "gold"])) }
    } else {
      document.mixed("balance", earned - spent, text: false, &random)
      document.nested("lifetime") {
        $0.mixed("earned", earned, text: false, &random)
        $0.mixed("spent", spent, text: false, &random)
      }
      switch random.below(4) {
      case 0: document.null("streak")
      case 1: break
      default: document.mixed("streak", random.skewed(90), text: true, &random)
      }
    }
    if random.chance(70) {
      document.text("lastEarned", created.later(by: 86_400_000 * random.below(200)).dateText)
    }
    document.moment("createdAt", old: "created", isOld: old, created)
    if random.chance(90) { document.date("updatedAt", created.later(by: random.below(90_000_000))) }
  }

  /// A booking. Bookings take turns: number `index` is its user's next one.
  func transaction(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.pointstransactions, index)
    let user = owner(index)
    let isTest = index >= count(.pointstransactions)
    let booking =
      isTest ? PointsBooking(amount: 1_000_000, kind: "bonus") : ledger(ofUser: user)[index / count(.users)]
    document.reference("userId", old: "user", isOld: old, identifier(.users, user))
    document.mixed("amount", booking.amount, text: old, &random)
    if old {
      let names = [
        "earn": ["earned", "EARN"], "bonus": ["BONUS"], "spend": ["spent", "SPEND"], "refund": ["refund"],
      ]
      document.text("type", random.pick(names[booking.kind] ?? []))
    } else {
      document.text("kind", booking.kind)
    }
    switch random.below(4) {
    case 0: document.text("reason", "  ")
    case 1: break
    default: document.text("reason", Vocabulary.text(words: random.within(1...5), &random))
    }
    if !old, random.chance(40) {
      document.nested("meta") { meta in
        meta.text("source", random.pick(["daily", "quest", "shop", "support"]))
        meta.int32("multiplier", random.within(1...3))
        if random.chance(20) { meta.null("campaign") }
      }
    }
    if isTest { document.bool("test", true) }
    document.moment("createdAt", old: "date", isOld: old, created(.pointstransactions, index))
  }

  /// All bookings of one user, in their order: nobody spends what isn't there.
  func ledger(ofUser user: Int) -> [PointsBooking] {
    var random = SplitMix64(seed: seed, collection: "spirits.ledger", index: user)
    let (turns, rest) = count(.pointstransactions).quotientAndRemainder(dividingBy: count(.users))
    var balance = 0
    return (0..<turns + (user < rest ? 1 : 0)).map { _ in
      let booking: PointsBooking
      if balance >= 100, random.chance(35) {
        booking = PointsBooking(amount: -(10 + random.below(balance / 10) * 10), kind: "spend")
      } else {
        booking = PointsBooking(
          amount: random.within(1...60) * 10, kind: random.pick(["earn", "earn", "earn", "bonus", "refund"]))
      }
      balance += booking.amount
      return booking
    }
  }

  /// What all users have together when every sound booking is counted: the sum of all balances.
  public func pointsInAll() -> Int {
    (0..<count(.users)).reduce(0) { sum, user in ledger(ofUser: user).reduce(sum) { $0 + $1.amount } }
  }
}
