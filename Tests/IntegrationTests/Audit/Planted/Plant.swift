import Audit
import Codec
import TestSupport

/// One damage: a record as it is before, what is done to it, and what an audit has to say.
///
/// Texts of damages and expectations may hold `{id}` and `{id2}`, the keys of the two records that each plant has for
/// itself, `{n}` and `{n2}`, their numbers, and `{a}`, the first column of a composite key.
struct Plant: Sendable {
  /// Where in its entity the record lies.
  enum Place: Sendable { case between, first, last }

  var name: String
  var entity = "things"
  var place = Place.between
  /// Fields of the source's records before they are moved, over those that every record has.
  var before: [String: PlantedValue] = [:]
  /// The same for the second record.
  var before2: [String: PlantedValue] = [:]
  /// SQL for the target.
  var target: String?
  /// SQL for a SQLite source.
  var sqlite: String?
  /// What is done to a Mongo source.
  var mongo: (@Sendable (PlantedMongo) throws -> Void)?
  /// The store that this is about, if its kind of value or damage exists there alone.
  var only: PlantedStore?
  var expected: [Expectation]

  init(
    _ name: String, in entity: String = "things", at place: Place = .between,
    before: [String: PlantedValue] = [:], before2: [String: PlantedValue] = [:], target: String? = nil,
    sqlite: String? = nil, mongo: (@Sendable (PlantedMongo) throws -> Void)? = nil,
    only: PlantedStore? = nil, _ expected: Expectation...
  ) {
    (self.name, self.entity, self.place) = (name, entity, place)
    (self.before, self.before2) = (before, before2)
    (self.target, self.sqlite, self.mongo, self.only) = (target, sqlite, mongo, only)
    self.expected = expected
  }

  /// Whether it does anything where this is the source.
  func fits(_ store: PlantedStore) -> Bool {
    guard only ?? store == store else { return false }
    return target != nil || (store == .mongo ? mongo != nil : sqlite != nil)
  }
}

/// The kinds of source.
enum PlantedStore: String, Sendable, CaseIterable { case mongo, sqlite }

/// What an audit has to say of a plant.
struct Expectation: Sendable {
  var verdict: Verdict
  var key = "{id}"
  var columns: [String] = []
  /// Nil for the plant's own.
  var entity: String?

  static func different(_ columns: String..., key: String = "{id}") -> Expectation {
    Expectation(verdict: .different, key: key, columns: columns)
  }
  static let missing = Expectation(verdict: .missing)
  static let extra = Expectation(verdict: .extra)
  static let quarantined = Expectation(verdict: .quarantined)
  static func missing(_ key: String) -> Expectation { Expectation(verdict: .missing, key: key) }
  static func extra(_ key: String) -> Expectation { Expectation(verdict: .extra, key: key) }
  static func tolerated(_ column: String) -> Expectation {
    Expectation(verdict: .tolerated, columns: [column])
  }
  /// - Parameter columns: the key's.
  static func duplicate(_ key: String, _ columns: String...) -> Expectation {
    Expectation(verdict: .duplicate, key: key, columns: columns)
  }
  static func orphan(_ column: String, in entity: String? = nil, key: String = "{id}") -> Expectation {
    Expectation(verdict: .orphan, key: key, columns: [column], entity: entity)
  }
}

/// A plant that has got its records.
struct PlantedDamage: Sendable {
  var plant: Plant
  var first: Int
  var second: Int

  /// Puts keys and numbers into a text.
  func filled(_ text: String) -> String {
    let entity = PlantedEntity.named(plant.entity)
    let key = entity.key(first)
    return text.replacing("{id}", with: key).replacing("{id2}", with: entity.key(second))
      .replacing("{a}", with: key.prefix { $0 != "," })
      .replacing("{n}", with: "\(first)").replacing("{n2}", with: "\(second)")
  }

  /// The differences as `Engine`'s reports spell them, for verdicts that are listed one by one.
  var lines: [String] {
    plant.expected.filter { $0.verdict != .quarantined && $0.verdict != .tolerated }.map(line)
  }

  func line(_ expected: Expectation) -> String {
    "\(expected.entity ?? plant.entity) \(expected.verdict.rawValue) \(filled(expected.key)) \(expected.columns)"
  }
}

/// A value as either kind of source stores it.
struct PlantedValue: Sendable {
  var bson: BSONValue
  /// An SQL expression of SQLite.
  var sql: String

  static func text(_ text: String) -> PlantedValue {
    PlantedValue(bson: .string(text), sql: "'" + text.replacing("'", with: "''") + "'")
  }
  static func whole(_ number: Int) -> PlantedValue {
    PlantedValue(bson: .int64(Int64(number)), sql: "\(number)")
  }
  static func number(_ number: Double) -> PlantedValue {
    let text = number.isInfinite ? (number < 0 ? "-9e999" : "9e999") : "\(number)"
    return PlantedValue(bson: .double(number), sql: text)
  }
  /// A decimal number: in SQLite its digits as text.
  static func decimal(_ coefficient: UInt64, exponent: Int, _ digits: String) -> PlantedValue {
    PlantedValue(bson: .decimal(coefficient, exponent: exponent), sql: "'\(digits)'")
  }
  static func bytes(_ bytes: [UInt8]) -> PlantedValue {
    let digits = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    return PlantedValue(bson: .bytes(bytes), sql: "x'\(digits)'")
  }
  static func flag(_ flag: Bool) -> PlantedValue { PlantedValue(bson: .bool(flag), sql: flag ? "1" : "0") }
  /// A point in time: in SQLite milliseconds.
  static func at(_ milliseconds: Int64) -> PlantedValue {
    PlantedValue(bson: .at(milliseconds), sql: "\(milliseconds)")
  }
  /// A document or an array: in SQLite its JSON text.
  static func json(_ value: BSONValue, _ text: String) -> PlantedValue {
    PlantedValue(bson: value, sql: "'\(text)'")
  }
  static func texts(_ texts: [String]) -> PlantedValue {
    json(BSONValue(texts.map { .string($0) }), "[" + texts.map { "\"\($0)\"" }.joined(separator: ",") + "]")
  }
  static let null = PlantedValue(bson: .null, sql: "NULL")
}
