internal import Codec
internal import SQLite

/// Wide records, as an application's accounts are.
struct MeasuredUsers: MeasuredRecords {
  let name = "users"
  let count: Int
  let seed: UInt64

  func document(_ index: Int) -> BSONDocument {
    var random = SplitMix64(seed: seed, collection: name, index: index)
    let created = Moment.creation(index, of: count)
    var document = DocumentBuilder()
    document.identifier("_id", MeasuredKey.objectID(index, salt: 1))
    document.text("email", Vocabulary.mailAddress(index, &random))
    document.text("name", Vocabulary.personName(&random))
    document.nested("profile") { profile in
      profile.text("locale", random.pick(Vocabulary.locales))
      profile.text("timezone", random.pick(Vocabulary.timezones))
      if random.chance(40) { profile.text("bio", Vocabulary.text(words: random.within(5...15), &random)) }
    }
    document.nested("settings") { settings in
      settings.bool("newsletter", random.chance(50))
      settings.int32("pageSize", random.within(10...100))
      settings.text("theme", random.chance(50) ? "dark" : "light")
    }
    document.texts("tags", (0..<random.below(4)).map { _ in random.pick(Vocabulary.tags) })
    // Decimal128 from the newer writer, a double from the older one: both with two digits.
    let cents = random.below(10_000_000)
    if random.chance(70) {
      document.decimal("balance", cents, exponent: -2)
    } else {
      document.double("balance", Double(cents) / 100)
    }
    document.identifier("workspaceId", MeasuredKey.objectID(random.below(max(1, count / 20)), salt: 2))
    if random.chance(50) { document.text("phone", "+49 " + random.hex(9)) } else { document.null("phone") }
    document.int64("loginCount", Int64(random.skewed(5000)))
    document.bool("isActive", random.chance(90))
    if random.chance(80) {
      document.date("lastLoginAt", Moment(milliseconds: created.milliseconds + Int64(random.below(1 << 32))))
    }
    document.date("createdAt", created)
    return document.finished()
  }

  let definition = """
    CREATE TABLE users (id TEXT PRIMARY KEY, email TEXT, name TEXT, locale TEXT, timezone TEXT, bio TEXT, settings TEXT,
      tags TEXT, balance NUMERIC, workspace_id TEXT, phone TEXT, login_count INTEGER, is_active INTEGER,
      last_login_at INTEGER, created_at INTEGER) WITHOUT ROWID
    """
  let columnCount = 15

  func row(_ index: Int) -> [SQLiteValue] {
    var random = SplitMix64(seed: seed, collection: name, index: index)
    let created = Moment.creation(index, of: count).milliseconds
    let tags = (0..<random.below(4)).map { _ in "\"" + random.pick(["vip", "beta", "größe", "日本"]) + "\"" }
    return [
      .text(MeasuredKey.text(index, salt: 1)), .text(Vocabulary.mailAddress(index, &random)),
      .text(Vocabulary.personName(&random)), .text(random.pick(Vocabulary.locales)),
      .text(random.pick(Vocabulary.timezones)),
      random.chance(40) ? .text(Vocabulary.text(words: random.within(5...15), &random)) : .null,
      .text(
        "{\"newsletter\":\(random.chance(50)),\"pageSize\":\(random.within(10...100)),\"theme\":\"dark\"}"),
      .text("[" + tags.joined(separator: ",") + "]"), .real(Double(random.below(10_000_000)) / 100),
      .text(MeasuredKey.text(random.below(max(1, count / 20)), salt: 2)),
      random.chance(50) ? .text("+49 " + random.hex(9)) : .null, .number(random.skewed(5000)),
      .number(random.below(10) > 0 ? 1 : 0),
      random.chance(80) ? .integer(created + Int64(random.below(1 << 32))) : .null, .integer(created),
    ]
  }
}
