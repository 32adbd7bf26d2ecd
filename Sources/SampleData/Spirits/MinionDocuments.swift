extension SpiritsSample {
  /// How many spirits minions carry, in a fixed turn of twenty, so that the rows follow from the number of minions alone.
  private static let carried = [2, 1, 3, 0, 2, 4, 1, 0, 2, 3, 1, 2, 8, 0, 2, 1, 3, 2, 1, 2]
  /// The place in the turn whose minions are new: they carry nothing, have no mastery, and lend broken records their names.
  static let newcomer = 7

  /// How many rows the sound minions' spirits make.
  public var carriedSpirits: Int {
    let (turns, rest) = count(.minions).quotientAndRemainder(dividingBy: Self.carried.count)
    return turns * Self.carried.reduce(0, +) + Self.carried[..<rest].reduce(0, +)
  }

  /// A minion; those behind the sound ones were let go.
  func minion(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.minions, index)
    let created = created(.minions, index)
    document.reference("userId", old: "owner", isOld: old, identifier(.users, owner(index)))
    let name = minionName(index)
    document.text("name", old && random.chance(30) ? " \(name) " : name)
    let kind = random.pick(["generalist", "builder", "artist", "scholar", "trader", "companion"])
    if old {
      if random.chance(70) { document.text("kind", kind.uppercasedASCII) } else { document.null("kind") }
      document.text("model", random.pick(Vocabulary.languageModels))
      if random.chance(50) { document.text("active", random.pick(["yes", "yes", "no"])) }
      if random.chance(50) {
        document.int32("legacyId", index + 1)
      } else {
        document.text("legacyId", "\(index + 1)")
      }
    } else {
      document.text("class", kind)
      document.nested("settings") { settings in
        settings.text("model", random.pick(Vocabulary.languageModels))
        settings.double("temperature", Double(random.below(20)) / 10)
        settings.texts("tools", ["web_search", random.pick(["read_file", "send_mail", "draw_chart"])])
        if random.chance(20) { settings.nested("größe") { $0.null("a b") } }
      }
      document.bool("isActive", random.chance(92))
    }
    carriedSpirits(of: index, old, created, &document, &random)
    if index >= count(.minions) { document.date("deletedAt", created) }
    document.moment("createdAt", old: "created", isOld: old, created)
    if random.chance(80) { document.date("updatedAt", created.later(by: random.below(90_000_000))) }
  }

  private func carriedSpirits(
    of index: Int, _ old: Bool, _ created: Moment, _ document: inout DocumentBuilder,
    _ random: inout SplitMix64
  ) {
    let count = Self.carried[index % Self.carried.count]
    guard count > 0 else {
      // None: an empty array, null, or no field at all.
      switch random.below(3) {
      case 0: document.null("spirits")
      case 1: document.texts("spirits", [])
      default: break
      }
      return
    }
    document.array("spirits", 0..<count) { array, name, turn in
      array.nested(name) { element in
        element.spirit("spirit", old: "spiritId", isOld: old, spirit(index, turn: turn), &random)
        element.moment("equippedAt", old: "since", isOld: old, created.later(by: random.below(9_000_000)))
        if !old, random.chance(60) { element.bool("active", random.chance(80)) }
      }
    }
  }

  /// A name that no other minion has.
  func minionName(_ index: Int) -> String {
    let names = ["Bolt", "Sparkle", "Źródło", "Momo", "Ada", "Πλάτων", "Wispy", "Herr Schmidt", "ひかり", "Rex"]
    return "\(names[index % names.count]) \(String(index, radix: 36))"
  }

  /// How far a minion has come with a spirit.
  func mastery(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.spiritmasteries, index)
    let experienced = count(.minions) - newcomers
    let minion = experiencedMinion(index % experienced)
    let created = created(.spiritmasteries, index)
    document.reference("minionId", old: "minion", isOld: old, identifier(.minions, minion))
    document.spirit("spiritId", old: "spirit", isOld: old, spirit(minion, turn: index / experienced), &random)
    let level = 1 + random.skewed(40)
    let xp = random.within(100 * (level - 1) * (level - 1)...100 * level * level - 1)
    if level > 1 || xp > 0 {
      document.mixed(old ? "experience" : "xp", xp, text: old, &random)
      document.mixed("level", level, text: old, &random)
    }
    if random.chance(60) {
      document.moment("lastUsedAt", old: "lastUsed", isOld: old, created.later(by: random.below(90_000_000)))
    }
    document.moment("createdAt", old: "createdAt", isOld: old, created)
  }

  /// How many minions are new.
  private var newcomers: Int {
    let (turns, rest) = count(.minions).quotientAndRemainder(dividingBy: Self.carried.count)
    return turns + (rest > Self.newcomer ? 1 : 0)
  }

  /// The `rank`th minion that isn't new, from 0.
  private func experiencedMinion(_ rank: Int) -> Int {
    let (turns, rest) = rank.quotientAndRemainder(dividingBy: Self.carried.count - 1)
    return turns * Self.carried.count + (rest < Self.newcomer ? rest : rest + 1)
  }
}
