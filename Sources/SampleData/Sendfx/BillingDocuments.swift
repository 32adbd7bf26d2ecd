extension SendfxSample {
  /// The billing account of workspace `index`.
  func billingAccount(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.billingaccounts, index)
    document.identifier("workspaceId", identifier(.workspaces, index))
    if random.chance(85) {
      document.text("stripeCustomerId", "cus_\(random.token(10))\(String(index, radix: 36))")
    }
    if random.chance(80) {
      document.text("company", random.chance(10) ? "" : random.pick(Vocabulary.companies) + " GmbH ")
    }
    document.text(old ? "email" : "invoiceEmail", "Billing+" + Vocabulary.mailAddress(index, &random))
    if old {
      document.int32("balance", random.below(500))
    } else {
      document.decimal("balance", random.skewed(90_000_000) - 10_000, exponent: -3)
    }
    if random.chance(70) { looseNumber("creditCents", random.skewed(100_000), &document, &random) }
    if random.chance(90) { document.text("currency", random.pick(["USD", "EUR", "eur", "CHF", "jpy"])) }
    switch random.below(3) {
    case 0: document.null("taxId")
    case 1: document.text("taxId", "DE\(random.within(100_000_000...999_999_999))")
    default: break
    }
    if random.chance(75) {
      document.nested("invoiceAddress") { address in
        address.text("street", "\(random.pick(Vocabulary.streets)) \(random.within(1...99))")
        address.text("city", random.pick(Vocabulary.cities))
        if old {
          address.int32("zip", random.within(10_000...99_999))
        } else {
          address.text("zip", "CH-\(random.within(1000...9999))")
        }
        address.text("country", random.pick(Vocabulary.countries))
      }
    }
    if random.chance(60) { paymentMethod(&document, &random) }
    if random.chance(20) { document.bool("delinquent", random.chance(30)) }
    stamps(.billingaccounts, index, &document, &random)
  }

  private func paymentMethod(_ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    document.nested("paymentMethod") { method in
      method.text("brand", random.pick(["visa", "mastercard", "amex", "sepa"]))
      method.text("last4", String(random.within(1000...9999)))
      method.int32("expMonth", random.within(1...12))
      looseNumber("expYear", random.within(2022...2031), &method, &random)
    }
  }

  /// The subscription of workspace `index`, which its billing account pays.
  func subscription(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.subscriptions, index)
    let start = created(.subscriptions, index)
    document.identifier("workspaceId", identifier(.workspaces, index))
    if random.chance(95) { document.identifier("billingAccountId", identifier(.billingaccounts, index)) }
    document.identifier("tierId", anyIdentifier(.tiers, &random))
    document.text(
      "status",
      random.pick(["active", "active", "active", "trialing", "past_due", old ? "cancelled" : "canceled"]))
    looseNumber("amountCents", random.pick([0, 1900, 4990, 19_999, 99_900]), &document, &random)
    if !old { looseNumber("quantity", random.within(1...40), &document, &random) }
    document.text("startedOn", start.dateText)
    if old, random.chance(50) {
      document.text("currentPeriodStart", start.isoText)
    } else {
      document.date("currentPeriodStart", start)
    }
    document.date("currentPeriodEnd", start.later(by: 30 * 86_400_000))
    switch random.below(3) {
    case 0: document.null("trialEndsAt")
    case 1: document.date("trialEndsAt", start.later(by: 14 * 86_400_000))
    default: break
    }
    if random.chance(70) { document.bool("cancelAtPeriodEnd", random.chance(10)) }
    if random.chance(15) {
      document.nested("discount") { discount in
        discount.double("percent", random.pick([5, 12.5, 20, 33.33]))
        discount.text("code", "SPRING\(random.below(99))")
      }
    }
    if random.chance(50) {
      document.nested("metadata") { metadata in
        metadata.text("source", random.pick(["web", "sales", "partner"]))
        if random.chance(30) { metadata.text("note", Vocabulary.text(words: random.skewed(30), &random)) }
      }
    }
    stamps(.subscriptions, index, &document, &random)
  }
}
