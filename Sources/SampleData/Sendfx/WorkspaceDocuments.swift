extension SendfxSample {
  private static let tiers: [(code: String, name: String, dollars: Double, limit: Int?)] = [
    ("free", "Free", 0, 500), ("starter", "Starter", 19, 5000), ("pro", "Pro", 49.9, 50_000),
    ("business", "Business", 199.99, 500_000), ("enterprise", "Enterprise ✨", 999, nil),
  ]

  func tier(_ index: Int, _ document: inout DocumentBuilder) {
    let tier = SendfxSample.tiers[index % SendfxSample.tiers.count]
    document.text("code", index == 1 ? " Starter" : tier.code)
    document.text("name", tier.name)
    // The shell writes 19 as a double, the driver as an int32.
    if tier.dollars == tier.dollars.rounded(), index != 1 {
      document.int32("priceMonthly", Int(tier.dollars))
    } else {
      document.double("priceMonthly", tier.dollars)
    }
    if index > 0 { document.int32("priceYearlyCents", Int((tier.dollars * 1000).rounded())) }
    if index > 1 { document.text("currency", "usd") }
    document.texts("features", Array(["inbox", "flows", "assistant", "api", "sso"].prefix(index + 1)))
    document.nested("limits") { limits in
      if let limit = tier.limit {
        limits.int32("contacts", limit)
        limits.double("messages", Double(limit * 20))
      } else {
        limits.null("contacts")
        limits.null("messages")
      }
    }
    if index != 0 { document.bool("isPublic", index != 4) }
    document.int32("sortOrder", index * 10)
    document.date("createdAt", created(.tiers, index))
    document.int32("__v", 0)
  }

  func workspace(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.workspaces, index)
    let company = random.pick(Vocabulary.companies)
    document.text("name", old && random.chance(10) ? " \(company)" : company)
    let slug = "\(random.pick(Vocabulary.mailWords))-\(String(index, radix: 36))"
    document.text("slug", old ? slug.uppercasedASCII : slug)
    switch random.below(3) {
    case 0: document.text("description", Vocabulary.text(words: random.skewed(400), &random))
    case 1: document.text("description", "")
    default: break
    }
    if random.chance(70) { document.text("industry", random.pick(Vocabulary.industries)) }
    document.identifier("ownerId", anyIdentifier(.users, &random))
    if random.chance(95) { document.identifier("tierId", anyIdentifier(.tiers, &random)) }
    if !old || random.chance(50) {
      document.nested("branding") { branding in
        branding.text("color", "#" + (random.chance(50) ? random.hex(6) : random.hex(6).uppercasedASCII))
        if random.chance(50) { branding.text("logoUrl", "https://cdn.example.com/l/\(random.hex(12)).svg") }
      }
    }
    if random.chance(80) { document.text("timezone", random.pick(Vocabulary.timezones)) }
    if !old { document.bool("isArchived", random.chance(6)) }
    if random.chance(30) {
      document.nested("limits") { limits in
        looseNumber("contacts", random.below(1_000_000), &limits, &random)
        if random.chance(50) { limits.null("messages") }
      }
    }
    if random.chance(90) { workspaceSettings(&document, &random) }
    if random.chance(40) {
      document.texts("domains", (0..<random.skewed(4)).map { "\(slug)-\($0).example.COM" })
    }
    if old { document.text("legacySegment", random.pick(["smb", "mid", "enterprise"])) }
    stamps(.workspaces, index, &document, &random)
  }

  private func workspaceSettings(_ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    document.nested("settings") { settings in
      settings.nested("assistant") { assistant in
        assistant.text("model", random.pick(Vocabulary.languageModels))
        assistant.double("temperature", Double(random.within(0...20)) / 10)
        assistant.text("instructions", Vocabulary.text(words: random.skewed(60), &random))
      }
      settings.array("openingHours", 0..<random.skewed(7)) { array, name, day in
        array.nested(name) { hours in
          hours.int32("day", day)
          hours.text("from", "0\(random.within(6...9)):00")
          hours.text("to", "\(random.within(15...22)):30")
        }
      }
      settings.bool("autoReply", random.chance(50))
    }
  }

  func member(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.workspacemembers, index)
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    document.identifier("userId", anyIdentifier(.users, &random))
    document.text("role", random.pick(["owner", "admin", old ? "agent" : "editor", "viewer", "viewer"]))
    if !old || random.chance(50) { document.text("status", random.pick(["a", "a", "a", "i", "s"])) }
    if random.chance(60) {
      document.texts(
        "permissions",
        (0..<random.skewed(4)).map { _ in random.pick(["read", "write", "billing:view", "invite"]) })
    }
    if random.chance(50) {
      document.identifier("invitedBy", anyIdentifier(.users, &random))
    } else if random.chance(50) {
      document.null("invitedBy")
    }
    if random.chance(85) {
      // Milliseconds are past 32 bits: Node's driver writes such a number as a double, Go's as an int64.
      let joined = created(.workspacemembers, index).milliseconds
      if random.chance(60) {
        document.double("joinedAtMs", Double(joined))
      } else {
        document.int64("joinedAtMs", joined)
      }
    }
    stamps(.workspacemembers, index, &document, &random)
  }
}
