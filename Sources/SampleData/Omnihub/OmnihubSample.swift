public import SQLite

/// The sample data of omnihub: an application on SQLite with loose types, money as integers and reals in one column,
/// times as texts here and as milliseconds there. Every row lands with the mapping set `mappings/omnihub`, but for those that
/// `broken` asks for. The same settings give the same rows.
public struct OmnihubSample: Sendable {
  let seed: UInt64
  private let rows: Int
  let broken: Int
  let dirt: Int

  private static let settingsCount = 12

  /// - Parameters:
  ///   - rows: how many rows all tables have together, at least 20.
  ///   - broken: how many more rows there are that can't land.
  ///   - dirt: how many more pieces of dirt there are (`DirtyRow`).
  /// - Throws: `SampleError` where a number makes no sense.
  public init(rows: Int, seed: UInt64 = 1, broken: Int = 0, dirt: Int = 0) throws(SampleError) {
    guard (20...1_000_000_000).contains(rows) else {
      throw SampleError("\(rows) rows can't be made: ask for 20 to 1000000000.")
    }
    guard (0...100_000).contains(broken) else {
      throw SampleError("\(broken) broken rows can't be made: ask for 0 to 100000.")
    }
    guard (0...100_000).contains(dirt) else {
      throw SampleError("\(dirt) pieces of dirt can't be made: ask for 0 to 100000.")
    }
    self.seed = seed
    self.rows = rows
    self.broken = broken
    self.dirt = dirt
  }

  /// How many rows a table has, without the broken ones.
  public func count(_ table: OmnihubTable) -> Int {
    let users = max(1, (rows - OmnihubSample.settingsCount) * 15 / 100)
    let logs = max(1, (rows - OmnihubSample.settingsCount) * 30 / 100)
    return switch table {
    case .users: users
    case .logs: logs
    case .settings: OmnihubSample.settingsCount
    case .generations: rows - OmnihubSample.settingsCount - users - logs
    }
  }

  /// One row, in the order of the table's columns.
  public func row(_ table: OmnihubTable, _ index: Int) -> [SQLiteValue] {
    var random = SplitMix64(seed: seed, collection: "omnihub." + table.rawValue, index: index)
    let created = Moment.creation(index, of: count(table))
    return switch table {
    case .users: user(index, created, &random)
    case .generations: generation(created, &random)
    case .settings: setting(index, created, &random)
    case .logs: log(index, created, &random)
    }
  }

  private func user(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let address = index == 0 ? "admin@omnihub.example" : Vocabulary.mailAddress(index, &random)
    let credits: SQLiteValue =
      random.chance(60) ? .number(random.skewed(5000)) : .real(Double(random.skewed(500_000)) / 100)
    return [
      .number(index + 1),
      .text(random.chance(10) ? " " + address.uppercasedASCII : address),
      .text("$2b$12$" + random.token(53)),
      random.chance(10) ? .text("") : .text(Vocabulary.personName(&random)),
      credits,
      index == 0 ? .text("admin") : random.chance(5) ? .null : .text("user"),
      .number(random.chance(94) ? 1 : 0),
      .text(created.sqliteText),
      random.chance(20) ? .null : .integer(created.later(by: random.below(80_000_000)).milliseconds),
    ]
  }

  private func generation(_ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let type = random.pick(["image", "image", "img", "video", "text"])
    let status = random.pick(["completed", "completed", "completed", "done", "failed", "pending", "running"])
    let over = status != "pending" && status != "running"
    let identifier = random.uuid()
    return [
      .text(random.chance(10) ? identifier.uppercasedASCII : identifier),
      .number(1 + random.below(count(.users))),
      .text(type),
      .text(random.pick(["flux-pro", "sdxl", "kling-1.6", "gpt-4o", " veo-2"])),
      random.chance(5) ? .text("") : .text(random.pick(["fal", "replicate", "openai", "google"])),
      .text(Vocabulary.text(words: random.within(3...80), &random)),
      random.chance(50) ? .number(random.within(1...40)) : .real(Double(random.within(1...160)) / 4),
      .text(status),
      over && status != "failed" ? .text(result(&random)) : random.chance(50) ? .null : .text(""),
      status == "failed" ? .text("Provider answered 503: “overloaded”") : .null,
      over ? .number(random.within(200...240_000)) : .null,
      .integer(created.milliseconds),
      over ? .text(created.later(by: random.within(200...240_000)).isoText) : .null,
    ]
  }

  private func result(_ random: inout SplitMix64) -> String {
    """
    {"urls": ["https://cdn.example.com/g/\(random.hex(20)).png"], "seed": \(random.below(2_000_000_000)), \
    "nsfw": \(random.chance(2)), "score": 0.\(random.within(10...99)), "label": "caf\\u00e9 😀", "parent": null}
    """
  }

  private func setting(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let values = ["true", "{\"max\": 5}", "dark", "", "0.25", "größe"]
    return [.text("setting.\(index)"), .text(values[index % values.count]), .text(created.sqliteText)]
  }

  private func log(_ index: Int, _ created: Moment, _ random: inout SplitMix64) -> [SQLiteValue] {
    let context: SQLiteValue =
      switch random.below(3) {
      case 0: .null
      case 1: .text("")
      default: .text("{\"ip\": \"10.0.0.\(random.below(250))\", \"ms\": \(random.below(5000)), \"tags\": []}")
      }
    return [
      .number(index + 1),
      random.chance(30) ? .null : .number(1 + random.below(count(.users))),
      .text(random.pick(["info", "info", "INFO", "debug", "warn", "warning", "error"])),
      .text(Vocabulary.text(words: random.within(3...40), &random)),
      context,
      .text(created.sqliteFractionText),
    ]
  }
}
