extension SpiritsSample {
  /// What was bought. Purchase and access of the same number belong together, where the purchase was paid.
  func purchase(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.spiritpurchases, index)
    let spirit = spirit(owner(index), turn: index / count(.users))
    let isSpirit = SpiritsCatalogue.spirits[spirit].cents > 0
    let bundle = SpiritsCatalogue.bundles[index % SpiritsCatalogue.bundles.count]
    let cents = isSpirit ? SpiritsCatalogue.spirits[spirit].cents : bundle.cents
    let status = purchaseStatus(index)
    let bought = created(.spiritpurchases, index)
    document.reference("userId", old: "user", isOld: old, identifier(.users, owner(index)))
    if isSpirit {
      document.spirit("spiritId", old: "spirit", isOld: old, spirit, &random)
    } else {
      document.text("bundleId", old ? " " + bundle.code.uppercasedASCII : bundle.code)
    }
    if old {
      if random.chance(50) {
        document.double("price", Double(cents) / 100)
      } else {
        document.text("price", "\(cents / 100).\(cents % 100 < 10 ? "0" : "")\(cents % 100)")
      }
      switch status {
      case "paid":
        if random.chance(70) { document.text("status", random.pick(["COMPLETED", "completed"])) }
      case "refunded": document.text("status", "refund")
      default: document.text("status", status)
      }
      document.text("stripeId", "ch_\(random.token(12))\(index)")
    } else {
      document.decimal("price", cents, exponent: -2)
      document.text("currency", random.pick(["USD", "usd", "USD "]))
      document.text("status", status)
      document.nested("payment") { payment in
        let withPoints = random.chance(15)
        payment.text("provider", withPoints ? "points" : random.pick(["stripe", "paypal"]))
        if !withPoints {
          payment.text("id", "pi_\(random.token(12))\(index)")
        } else if random.chance(50) {
          payment.text("id", "")
        }
      }
    }
    document.moment("purchasedAt", old: "date", isOld: old, bought)
    if status == "refunded" {
      document.moment(
        "refundedAt", old: "refundedAt", isOld: old, bought.later(by: random.below(900_000_000)))
    }
  }

  private func purchaseStatus(_ index: Int) -> String {
    if index >= count(.spiritpurchases) { return "abandoned" }
    return switch index % 15 {
    case 4: "refunded"
    case 9: "pending"
    default: "paid"
    }
  }

  /// A subscription: a user has one at most.
  func subscription(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.spiritsubscriptions, index)
    let plan = random.pick(SpiritsCatalogue.plans)
    let start = created(.spiritsubscriptions, index)
    let (from, to) = (Int(start.milliseconds / 1000), Int(start.milliseconds / 1000) + 2_592_000)
    document.identifier("userId", identifier(.users, index))
    if old {
      document.text("plan", random.pick(plan.oldNames))
      // The first one is active: a broken record has a second for the same user.
      document.text(
        "status",
        index == 0 ? "Active" : random.pick(["Active", "ACTIVE", "trial", "past_due", "cancelled"]))
      document.text("email", random.chance(15) ? "" : " Billing." + Vocabulary.mailAddress(index, &random))
      document.mixed("currentPeriodStart", from, text: true, &random)
      document.mixed("currentPeriodEnd", to, text: true, &random)
      if random.chance(60) { document.text("cancelAtPeriodEnd", random.pick(["yes", "no", "no"])) }
      document.text("since", start.dateText)
      document.double("price", Double(plan.cents) / 100)
    } else {
      document.text("planId", plan.code)
      document.text(
        "status", random.pick(["active", "active", "active", "trialing", "past_due", "canceled"]))
      document.nested("billing") { $0.text("email", Vocabulary.mailAddress(index, &random)) }
      document.nested("period") {
        $0.int64("start", Int64(from))
        $0.int64("end", Int64(to))
      }
      switch random.below(3) {
      case 0: document.null("cancelAtPeriodEnd")
      case 1: break
      default: document.bool("cancelAtPeriodEnd", random.chance(20))
      }
      document.text("startedOn", start.dateText)
      if plan.cents > 0 { document.decimal("price", plan.cents, exponent: -2) }
    }
    document.moment("createdAt", old: "createdAt", isOld: old && random.chance(50), start)
  }

  /// What opens a spirit to a user: a user's accesses are of different spirits.
  func access(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.spiritaccesses, index)
    let spirit = spirit(owner(index), turn: index / count(.users))
    let isFree = SpiritsCatalogue.spirits[spirit].cents == 0
    let isBought = !isFree && index < count(.spiritpurchases) && purchaseStatus(index) == "paid"
    let granted = created(.spiritaccesses, index)
    let source =
      isFree ? "free" : isBought ? "purchase" : random.pick(["subscription", "gift", "points", "bundle"])
    document.reference("userId", old: "user", isOld: old, identifier(.users, owner(index)))
    document.spirit("spiritId", old: "spirit", isOld: old, spirit, &random)
    if old {
      document.text("via", ["purchase": "bought", "subscription": "plan"][source] ?? source)
    } else {
      document.text("source", source)
    }
    if isBought { document.identifier("purchaseId", identifier(.spiritpurchases, index)) }
    document.moment("grantedAt", old: "date", isOld: old, granted)
    if source == "subscription" {
      document.moment("expiresAt", old: "expiresAt", isOld: old, granted.later(by: 30 * 86_400_000))
    } else {
      switch random.below(3) {
      case 0: document.null("expiresAt")
      case 1: document.text("expiresAt", "")
      default: break
      }
    }
  }
}
