internal import SQLite

extension Motiv8Sample {
  static let programs = [
    "morning-routine", "run-5k", "read-12", "sleep-better", "no-sugar", "deep-work", "gratitude",
    "learn-language",
  ]

  /// A user. Number 0 is the administrator whom a factory reset keeps.
  func user(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let isOld = index * 100 < count(.users) * 30
    let address = index == 0 ? "admin@motiv8.example" : Vocabulary.mailAddress(index, &random)
    let admin: SQLiteValue = isOld ? .text(index == 0 ? "True" : "False") : .number(0)
    return [
      .number(index + 1),
      .text(random.chance(10) ? " " + address.uppercasedASCII : address),
      random.chance(8) ? .null : .text("pbkdf2:sha256:600000$\(random.token(16))$\(random.hex(64))"),
      random.chance(10) ? .text("") : .text(Vocabulary.personName(&random)),
      !isOld && index > 0 && random.chance(20) ? .null : admin,
      random.chance(15)
        ? .null : .text(random.pick(["free", "free", "pro", isOld ? "PRO" : "pro", "coach"])),
      random.chance(20) ? .null : .real(Double(random.skewed(200_000)) / 100),
      random.chance(30) ? .null : .number(random.skewed(900)),
      preferences(&random),
      .text(created.pythonText),
      random.chance(20)
        ? .null : .real(Double(created.milliseconds / 1000) + Double(random.below(1000)) / 1000),
    ]
  }

  private func preferences(_ random: inout SplitMix64) -> SQLiteValue {
    switch random.below(4) {
    case 0: .null
    case 1: .text("")
    default:
      .text(
        "{\"theme\": \"\(random.pick(["dark", "light"]))\", \"remind_at\": \"0\(random.within(6...9)):30\", "
          + "\"voice\": null, \"volume\": 0.\(random.within(1...9)), \"name\": \"caf\\u00e9\"}")
    }
  }

  func goal(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let isDone = random.chance(40)
    return [
      .number(index + 1),
      someUser(&random),
      random.chance(25) ? .null : random.chance(10) ? .text("") : .text(random.pick(Self.programs)),
      .text(Vocabulary.text(words: random.within(1...6), &random) + (random.chance(10) ? " " : "")),
      random.chance(20)
        ? .null : random.chance(20) ? .text("") : .text("\(random.below(500)).\(random.below(10))"),
      random.chance(10) ? .null : .real(Double(random.within(0...10_000)) / 10_000),
      random.chance(20)
        ? .text(isDone ? "yes" : "no") : random.chance(10) ? .null : .number(isDone ? 1 : 0),
      random.chance(20)
        ? .null
        : .text(
          "["
            + (0..<random.skewed(4)).map { _ in "\"\(random.pick(["vip", "größe-xl", "日本", "🚀"]))\"" }.joined(
              separator: ", ") + "]"),
      random.chance(30) ? .null : .text(created.later(by: 2_000_000_000).dateText),
      isDeleted(goal: index) ? .number(1) : random.chance(50) ? .null : .number(0),
      .text(created.isoText),
    ]
  }

  func mediaFile(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let store = store(ofMedia: index)
    let content = Self.content(seed: seed, media: index)
    let isPicture = store == .generated || (store == .uploads && index % 8 < 4)
    let (mime, ending) =
      store == .embeddings
      ? ("application/octet-stream", "f32") : isPicture ? ("image/png", "png") : ("audio/mpeg", "mp3")
    func side() -> SQLiteValue {
      random.chance(30) ? .text("\(random.within(64...4096))") : .number(random.within(64...4096))
    }
    let identifier = mediaIdentifier(index)
    return [
      .text(random.chance(10) ? identifier.uppercasedASCII : identifier),
      someUser(&random),
      .text(store == .uploads && random.chance(20) ? "upload" : store.rawValue),
      .text("\(created.monthFolder)/\(identifier.prefix(12)).\(ending)"),
      random.chance(10) ? .text("") : .text(random.chance(10) ? mime.uppercasedASCII : mime),
      random.chance(30) ? .text("\(content.count)") : .number(content.count),
      isPicture ? side() : random.chance(50) ? .null : .text(""),
      isPicture ? side() : random.chance(50) ? .null : .text(""),
      random.chance(20) ? .null : .text(Self.digest(content)),
      .text(random.pick(["ready", "ready", "ok"])),
      .integer(created.milliseconds),
    ]
  }

  func generatedItem(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let kind = random.pick(["image", "image", "audio", "quote", "text"])
    let status = random.pick(["completed", "completed", "done", "failed", "queued"])
    let hasFile = kind == "image" && status != "failed" && status != "queued"
    var goal = random.below(count(.goals))
    if isDeleted(goal: goal) { goal -= 1 }
    return [
      .number(index + 1),
      someUser(&random),
      random.chance(40) ? .null : .number(goal + 1),
      hasFile ? .text(mediaIdentifier(someMedia(2, &random))) : random.chance(50) ? .null : .text(""),
      .text(kind),
      .text(Vocabulary.text(words: random.within(3...60), &random)),
      .text(random.pick(["dall-e-3", "sdxl", "gpt-4o", " tts-1"])),
      random.chance(10) ? .null : .real(Double(random.skewed(9000)) / 10_000),
      random.chance(30)
        ? .null
        : .text(
          "{\"steps\": \(random.within(10...50)), \"seed\": \(random.below(2_000_000_000)), \"style\": \"größer\"}"
        ),
      .text(status),
      .integer(created.milliseconds),
    ]
  }

  func embedding(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let chunks = random.within(1...40)
    return [
      .number(index + 1),
      .text(mediaIdentifier(someMedia(0, &random))),
      .text(mediaIdentifier(someMedia(3, &random))),
      .text(random.pick(["text-embedding-3-small", "clip-vit-b32"])),
      .number(random.pick([512, 1536])),
      random.chance(20) ? .null : random.chance(30) ? .text("\(chunks)") : .number(chunks),
      random.chance(10) ? .null : .real(Double(random.within(1...1_000_000)) / 1_048_576),
      .text(created.pythonText),
    ]
  }

  func session(_ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    [
      .text(random.token(43)),
      someUser(&random),
      random.chance(10)
        ? .text("")
        : .text(
          random.chance(20) ? "2001:db8::\(random.hex(3))" : " 10.0.\(random.below(250)).\(random.below(250))"
        ),
      .text(random.pick(["Mozilla/5.0 (X11; Linux)", "motiv8-ios/2.1", "curl/8.0"])),
      .text(created.pythonText),
      .real(Double(created.milliseconds / 1000 + 604_800) + 0.25),
    ]
  }

  func setting(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    // Each name for each user in turn, so that no pair comes twice.
    let users = count(.users)
    let values = ["true", "{\"max\": 5}", "dark", "", "0.25", "größe"]
    return [
      .number(1 + index % users), .text("setting.\(index / users)"),
      random.chance(5) ? .null : .text(random.pick(values)), .text(created.sqliteText),
    ]
  }
}
