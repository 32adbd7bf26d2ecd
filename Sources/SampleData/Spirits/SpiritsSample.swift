public import Codec

/// The sample data of spirits: an application on MongoDB that gave numbers to spirits at first and names later, wrote amounts as
/// texts, doubles and integers, and dates as texts. Every record lands with the mapping set `mappings/spirits`, but for
/// those that its filters leave out and those that `broken` asks for; how many of each, ``outcome(_:)`` says.
///
/// The same settings give the same bytes, and any record can be made alone.
public struct SpiritsSample: Sendable {
  let seed: UInt64
  private let sizes: SpiritsSizes
  let broken: Int

  /// - Parameters:
  ///   - documents: how many records land from all collections together; those that are filtered or broken, and the
  ///     users, come on top. At least 40.
  ///   - broken: how many records there are that can't land.
  /// - Throws: `SampleError` where a number makes no sense.
  public init(documents: Int, seed: UInt64 = 1, broken: Int = 0) throws(SampleError) {
    guard (40...16_000_000).contains(documents) else {
      throw SampleError("\(documents) documents can't be made: ask for 40 to 16000000.")
    }
    guard (0...100_000).contains(broken) else {
      throw SampleError("\(broken) broken records can't be made: ask for 0 to 100000.")
    }
    self.seed = seed
    self.sizes = SpiritsSizes(documents: documents)
    self.broken = broken
  }

  /// How many sound records a collection has.
  public func count(_ collection: SpiritsCollection) -> Int { sizes.count(collection) }

  /// How many more it has that the mapping's filters leave out. They follow the sound ones.
  public func filtered(_ collection: SpiritsCollection) -> Int {
    switch collection {
    case .pointstransactions: count(collection) / 200 + 1
    case .spiritpurchases: count(collection) / 50 + 1
    case .minions: count(collection) / 40 + 1
    default: 0
    }
  }

  /// One record: a sound one, or one that is filtered.
  public func document(_ collection: SpiritsCollection, _ index: Int) -> BSONDocument {
    var random = SplitMix64(seed: seed, collection: "spirits." + collection.rawValue, index: index)
    var document = DocumentBuilder()
    document.identifier("_id", identifier(collection, index))
    switch collection {
    case .users: user(index, &document, &random)
    case .userpoints: points(index, &document, &random)
    case .pointstransactions: transaction(index, &document, &random)
    case .spiritpurchases: purchase(index, &document, &random)
    case .spiritsubscriptions: subscription(index, &document, &random)
    case .spiritaccesses: access(index, &document, &random)
    case .minions: minion(index, &document, &random)
    case .spiritmasteries: mastery(index, &document, &random)
    }
    if random.chance(90) { document.int32("__v", random.skewed(6)) }
    return document.finished()
  }

  // MARK: What the records have in common

  func created(_ collection: SpiritsCollection, _ index: Int) -> Moment {
    Moment.creation(index, of: count(collection) + 1)
  }

  /// The identifier of record `index`, the same each time, so that others can refer to it without having seen it. Points
  /// have their user's.
  func identifier(_ collection: SpiritsCollection, _ index: Int) -> ObjectID {
    let place = collection == .userpoints ? SpiritsCollection.users : collection
    let seconds = UInt64(created(place, index).milliseconds / 1000)
    var random = SplitMix64(seed: seed, collection: "spirits." + place.rawValue, index: -1)
    let maker = random.next() >> 24
    return ObjectID(
      high: seconds << 32 | maker >> 8,
      low: UInt32(truncatingIfNeeded: maker << 24) | UInt32(index & 0xFF_FFFF))
  }

  /// Whether a record is from the first version, when its shape was another.
  func isOld(_ collection: SpiritsCollection, _ index: Int) -> Bool { index * 100 < count(collection) * 25 }

  /// Who has record `index` of a collection in which users take turns.
  func owner(_ index: Int) -> Int { index % count(.users) }

  /// The spirit of the `turn`th thing that number `owner` has: another for each of eighteen turns.
  func spirit(_ owner: Int, turn: Int) -> Int { (owner * 5 + turn * 7) % SpiritsCatalogue.spirits.count }
}

extension DocumentBuilder {
  /// A whole number as its writers left it: int32, int64, double, or a text from a form.
  mutating func mixed(_ name: String, _ value: Int, text isText: Bool, _ random: inout SplitMix64) {
    switch random.below(isText ? 4 : 3) {
    case 0 where Int32(exactly: value) != nil: int32(name, value)
    case 1: double(name, Double(value))
    case 3: text(name, random.chance(20) ? " \(value) " : "\(value)")
    default: int64(name, Int64(value))
    }
  }

  /// A user, or another record, as the first version wrote it (its identifier's text) or as it is written now.
  mutating func reference(_ name: String, old: String, isOld: Bool, _ identifier: ObjectID) {
    if isOld { text(old, identifier.description) } else { self.identifier(name, identifier) }
  }

  /// A spirit: a number in the first version, its name since.
  mutating func spirit(_ name: String, old: String, isOld: Bool, _ spirit: Int, _ random: inout SplitMix64) {
    guard isOld else { return text(name, SpiritsCatalogue.spirits[spirit].code) }
    if random.chance(80) { int32(old, spirit + 1) } else { text(old, "\(spirit + 1)") }
  }

  /// A point in time: a text in the first version, a date since.
  mutating func moment(_ name: String, old: String, isOld: Bool, _ moment: Moment) {
    if isOld { text(old, moment.isoText) } else { date(name, moment) }
  }
}
