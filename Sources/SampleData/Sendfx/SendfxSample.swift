public import Codec

/// The sample data of sendfx: an application on MongoDB that has grown for six years, with everything that such
/// data has (fields that came and went, numbers of three types, dates as texts), and yet every record lands with
/// the mapping set `mappings/sendfx`, but for those that `broken` asks for.
///
/// The same settings give the same bytes, and any record can be made alone.
public struct SendfxSample: Sendable {
  let seed: UInt64
  let sizes: SendfxSizes
  let broken: Int
  let dirt: Int

  /// - Parameters:
  ///   - documents: how many records the core collections have together; those of the feature collections come on
  ///     top. At least 20.
  ///   - broken: how many more records there are that can't land.
  ///   - dirt: how many more pieces of dirt there are (`DirtyRecord`).
  /// - Throws: `SampleError` where a number makes no sense.
  public init(documents: Int, seed: UInt64 = 1, broken: Int = 0, dirt: Int = 0) throws(SampleError) {
    guard (20...16_000_000).contains(documents) else {
      throw SampleError("\(documents) documents can't be made: ask for 20 to 16000000.")
    }
    guard (0...100_000).contains(broken) else {
      throw SampleError("\(broken) broken records can't be made: ask for 0 to 100000.")
    }
    guard (0...100_000).contains(dirt) else {
      throw SampleError("\(dirt) pieces of dirt can't be made: ask for 0 to 100000.")
    }
    self.seed = seed
    self.sizes = SendfxSizes(documents: documents)
    self.broken = broken
    self.dirt = dirt
  }

  /// How many records a collection has, without the broken ones.
  public func count(_ collection: SendfxCollection) -> Int { sizes.count(collection) }

  /// One record.
  public func document(_ collection: SendfxCollection, _ index: Int) -> BSONDocument {
    var random = SplitMix64(seed: seed, collection: collection.rawValue, index: index)
    var document = DocumentBuilder()
    document.identifier("_id", identifier(collection, index))
    switch collection {
    case .tiers: tier(index, &document)
    case .users: user(index, &document, &random)
    case .workspaces: workspace(index, &document, &random)
    case .workspacemembers: member(index, &document, &random)
    case .billingaccounts: billingAccount(index, &document, &random)
    case .subscriptions: subscription(index, &document, &random)
    case .usagecounters: usageCounter(index, &document, &random)
    case .openaiusages: languageModelUsage(index, &document, &random)
    case .flows, .flowdrafts, .flowtemplates: flow(collection, index, &document, &random)
    case .automationtemplates: automationTemplate(index, &document, &random)
    case .conversations: conversation(index, &document, &random)
    case .knowledges: knowledge(index, &document, &random)
    case .globaluisettings: globalSettings(&document)
    case .adminlogsettings: adminLogSettings(&document)
    }
    return document.finished()
  }

  // MARK: What the records have in common

  func created(_ collection: SendfxCollection, _ index: Int) -> Moment {
    // What can be bought was there before the first customer.
    collection == .tiers ? Moment.opening : Moment.creation(index, of: count(collection) + 1)
  }

  /// The identifier of record `index`: always the same, so that other records can refer to it without having
  /// seen it. As every ObjectId it has seconds of creation, five bytes of its maker, and a counter.
  func identifier(_ collection: SendfxCollection, _ index: Int) -> ObjectID {
    let seconds = UInt64(created(collection, index).milliseconds / 1000)
    var random = SplitMix64(seed: seed, collection: collection.rawValue, index: -1)
    let maker = random.next() >> 24
    return ObjectID(
      high: seconds << 32 | maker >> 8,
      low: UInt32(truncatingIfNeeded: maker << 24) | UInt32(index & 0xFF_FFFF))
  }

  /// One of another collection's identifiers.
  func anyIdentifier(_ collection: SendfxCollection, _ random: inout SplitMix64) -> ObjectID {
    identifier(collection, random.below(count(collection)))
  }

  /// Whether a record is from the application's first year and a half, when its shape was another.
  func isOld(_ collection: SendfxCollection, _ index: Int) -> Bool { index * 100 < count(collection) * 22 }

  /// The dates and the version that Mongoose adds. The oldest records have ISO texts where dates should be.
  func stamps(
    _ collection: SendfxCollection, _ index: Int, _ document: inout DocumentBuilder,
    _ random: inout SplitMix64
  ) {
    let created = created(collection, index)
    if isOld(collection, index), random.chance(40) {
      document.text("createdAt", created.isoText)
    } else {
      document.date("createdAt", created)
    }
    if !random.chance(5) { document.date("updatedAt", created.later(by: random.below(40_000_000))) }
    if !random.chance(3) { document.int32("__v", random.skewed(12)) }
  }

  /// A whole number as its writers left it: int32, int64 or double.
  func looseNumber(
    _ name: String, _ value: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    switch random.below(20) {
    case 0..<12 where value <= Int(Int32.max): document.int32(name, value)
    case 0..<17: document.int64(name, Int64(value))
    default: document.double(name, Double(value))
    }
  }
}
