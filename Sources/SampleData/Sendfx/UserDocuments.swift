extension SendfxSample {
  /// A user. Number 0 is the administrator whom a factory reset keeps.
  func user(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.users, index)
    let address = index == 0 ? "admin@sendfx.ai" : Vocabulary.mailAddress(index, &random)
    // The first sign-up form stored what was typed.
    document.text("email", old && random.chance(30) ? "  " + address.uppercasedASCII + " " : address)
    document.text("passwordHash", "$2b$12$" + random.token(53))
    userRole(index, old, &document, &random)
    userFlags(old, &document, &random)
    userProfile(old, &document, &random)
    userMoney(index, old, &document, &random)
    if !old || random.chance(20) { userAddresses(&document, &random) }
    if !old { document.texts("tags", (0..<random.skewed(6)).map { _ in random.pick(Vocabulary.tags) }) }
    if random.chance(85) { userSettings(&document, &random) }
    if random.chance(90) { document.identifier("tierId", anyIdentifier(.tiers, &random)) }
    switch random.below(10) {
    case 0: document.null("lastLoginAt")
    case 1: break
    default: document.date("lastLoginAt", created(.users, index).later(by: random.below(90_000_000)))
    }
    stamps(.users, index, &document, &random)
  }

  private func userRole(
    _ index: Int, _ old: Bool, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    if index == 0 {
      document.text("role", "superadmin")
    } else if old {
      if random.chance(60) { document.text("role", random.chance(97) ? "USER" : "ADMIN") }
    } else {
      document.text("role", random.chance(98) ? "user" : "admin")
    }
  }

  private func userFlags(_ old: Bool, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let active = random.chance(93)
    switch old ? random.below(3) : 3 {
    case 0: document.int32("isActive", active ? 1 : 0)
    case 1: document.text("isActive", active ? "yes" : "no")
    case 2: break
    default: document.bool("isActive", active)
    }
    if random.chance(80) { document.bool("emailVerified", random.chance(70)) }
  }

  private func userProfile(_ old: Bool, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let name = Vocabulary.personName(&random)
    guard !old || random.chance(30) else {
      document.text("name", name)
      document.text("locale", random.pick(Vocabulary.locales))
      document.int32("legacyId", random.below(90_000))
      return
    }
    document.nested("profile") { profile in
      profile.text("displayName", name)
      if random.chance(90) { profile.text("locale", random.pick(Vocabulary.locales)) }
      if random.chance(70) { profile.text("timezone", random.pick(Vocabulary.timezones)) }
      switch random.below(4) {
      case 0: profile.text("phone", "")
      case 1: profile.text("phone", " +49 30 \(random.within(100_000...9_999_999)) ")
      case 2: profile.null("phone")
      default: break
      }
      if random.chance(25) { profile.text("bio", Vocabulary.text(words: random.skewed(120), &random)) }
      if random.chance(40) { profile.text("avatarUrl", "https://cdn.example.com/a/\(random.hex(16)).webp") }
      if random.chance(40) {
        let day = Moment(milliseconds: Int64(random.within(-10_000...14_000)) * 86_400_000)
        profile.text("birthday", day.dayFirstText)
      }
    }
  }

  private func userMoney(
    _ index: Int, _ old: Bool, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    let cents = random.skewed(900_000) - 2000
    switch old ? random.below(3) : 3 {
    case 0: document.int32("balance", cents / 100)
    case 1: document.double("balance", Double(cents) / 100)
    case 2: break
    default: document.decimal("balance", cents * 100 + random.below(100), exponent: -4)
    }
    looseNumber("loginCount", random.skewed(5000), &document, &random)
    if random.chance(60) {
      if random.chance(10) {
        document.text("externalId", random.uuid())
      } else {
        document.binary("externalId", subtype: 4, random.bytes(16))
      }
    }
    if random.chance(4) {
      document.binary("avatarThumbnail", subtype: 0, random.bytes(random.within(20...400)))
    }
    if random.chance(6) {
      document.nested("experiments") { $0.text("pricing-page", random.pick(["A", "B", "C"])) }
    }
  }

  private func userAddresses(_ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    document.array("addresses", 0..<random.skewed(4)) { array, name, place in
      array.nested(name) { address in
        if random.chance(60) {
          address.identifier("_id", anyIdentifier(.users, &random))
        }
        address.text("label", place == 0 ? "home" : random.pick(["work", "billing", "Ferienhaus 🏡", ""]))
        address.text("street", "\(random.pick(Vocabulary.streets)) \(random.within(1...240))")
        address.text("city", random.pick(Vocabulary.cities))
        // Numbers at first, until the first customer from Canada.
        if random.chance(30) {
          address.int32("zip", random.within(10_000...99_999))
        } else {
          address.text("zip", "0\(random.within(1000...9999))")
        }
        let country = random.pick(Vocabulary.countries)
        address.text("country", random.chance(20) ? country.lowercased() : country)
      }
    }
  }

  private func userSettings(_ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    guard random.chance(97) else { return document.null("settings") }
    document.nested("settings") { settings in
      settings.text("theme", random.pick(["light", "dark", "system"]))
      settings.nested("notifications") { notifications in
        notifications.bool("email", random.chance(80))
        notifications.bool("push", random.chance(40))
        if random.chance(20) { notifications.null("digest") }
      }
      settings.double("zoom", Double(random.within(80...200)) / 100)
      settings.texts("pinned", (0..<random.skewed(5)).map { _ in random.pick(Vocabulary.words) })
      if random.chance(15) { settings.nested("größe, \"exotic\" keys") { $0.int32("a.b", random.below(9)) } }
    }
  }
}

extension String {
  /// Upper case for the letters A to Z alone, so that lower-casing gives the original back.
  var uppercasedASCII: String {
    String(decoding: utf8.map { (0x61...0x7A).contains($0) ? $0 - 0x20 : $0 }, as: UTF8.self)
  }
}
