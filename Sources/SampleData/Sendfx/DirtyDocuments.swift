public import Codec

/// What six years of scripts, deletions and typing have left in sendfx. Each kind lands, or doesn't, in a way that is known.
public enum DirtyRecord: Int, Sendable, CaseIterable {
  /// Two accounts with one address, typed in different cases: one of the two lands.
  case twinEmail
  /// Refers to a workspace that was deleted, and the mapping asks for a foreign key.
  case memberOfNoWorkspace, usageOfNoWorkspace, counterOfNoWorkspace
  case memberWithoutUser
  /// A number as words; a list where a text should be.
  case wordsForCount, listForName
  /// Against the rules of `migrations/sendfx`.
  case negativeTokens, slugWithSpaces, unknownMetric
  /// Feature data, which stays: an audit reports what refers to nothing.
  case flowOfNoWorkspace, draftOfNoUser, conversationOfNobody

  /// The collection that it goes into.
  public var collection: SendfxCollection {
    switch self {
    case .twinEmail, .wordsForCount, .listForName: .users
    case .memberOfNoWorkspace, .memberWithoutUser: .workspacemembers
    case .usageOfNoWorkspace, .negativeTokens: .openaiusages
    case .counterOfNoWorkspace, .unknownMetric: .usagecounters
    case .slugWithSpaces: .workspaces
    case .flowOfNoWorkspace: .flows
    case .draftOfNoUser: .flowdrafts
    case .conversationOfNobody: .conversations
    }
  }

  /// Whether it is a reference across stores that leads nowhere. All others put one record into quarantine.
  public var isOrphan: Bool { !collection.isCore }

  /// How many records it makes.
  public var records: Int { self == .twinEmail ? 2 : 1 }
}

extension SendfxSample {
  /// What kind dirt number `number` is: all in turn.
  public func dirt(_ number: Int) -> DirtyRecord { DirtyRecord.allCases[number % DirtyRecord.allCases.count] }

  /// The records of dirt number `number`, which nothing refers to.
  public func dirtyDocuments(_ number: Int) -> [BSONDocument] {
    let kind = dirt(number)
    return (0..<kind.records).map { place in
      var random = SplitMix64(seed: seed, collection: "dirt", index: number)
      var document = DocumentBuilder()
      document.identifier("_id", ObjectID(high: 0x6F00_0000 << 32 | 0xD1, low: UInt32(number * 2 + place)))
      switch kind.collection {
      case .users: dirtyUser(kind, number, place, &document)
      case .workspaces: dirtyWorkspace(number, &document, &random)
      case .workspacemembers: dirtyMember(kind, number, &document, &random)
      case .usagecounters: dirtyCounter(kind, number, &document, &random)
      case .openaiusages: dirtyUsage(kind, number, &document, &random)
      default: dirtyFeature(kind, number, &document, &random)
      }
      document.date("createdAt", Moment.opening.later(by: number * 1000))
      return document.finished()
    }
  }

  /// An identifier that no record has.
  private func gone(_ number: Int) -> ObjectID { ObjectID(high: 0x0BAD_0000 << 32, low: UInt32(number)) }

  private func dirtyUser(_ kind: DirtyRecord, _ number: Int, _ place: Int, _ document: inout DocumentBuilder)
  {
    let address = "dirty.\(number)@example.com"
    document.text("email", place == 0 ? address : " " + address.uppercasedASCII)
    if kind == .listForName {
      document.texts("name", ["Ada", "Lovelace"])
    } else {
      document.text("name", "Ada")
    }
    if kind == .wordsForCount {
      document.text("loginCount", "a dozen")
    } else {
      document.int32("loginCount", 12)
    }
    // As the first form sent it.
    document.text("isActive", "on")
  }

  private func dirtyWorkspace(_ number: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    document.text("name", "Søstrene \(number)")
    document.text("slug", "søstrene & co \(number)")
    document.identifier("ownerId", anyIdentifier(.users, &random))
  }

  private func dirtyMember(
    _ kind: DirtyRecord, _ number: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    let isLost = kind == .memberOfNoWorkspace
    document.identifier("workspaceId", isLost ? gone(number) : anyIdentifier(.workspaces, &random))
    if kind != .memberWithoutUser { document.identifier("userId", anyIdentifier(.users, &random)) }
    document.text("role", "viewer")
  }

  private func dirtyCounter(
    _ kind: DirtyRecord, _ number: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    let isLost = kind == .counterOfNoWorkspace
    document.identifier("workspaceId", isLost ? gone(number) : anyIdentifier(.workspaces, &random))
    document.text("metric", kind == .unknownMetric ? "faxes" : "contacts")
    document.text("period", "2024-05")
    document.int32("count", 12)
  }

  private func dirtyUsage(
    _ kind: DirtyRecord, _ number: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    let isLost = kind == .usageOfNoWorkspace
    document.identifier("workspaceId", isLost ? gone(number) : anyIdentifier(.workspaces, &random))
    document.text("source", "reply")
    document.text("model", "gpt-4o")
    document.int32("promptTokens", kind == .negativeTokens ? -1 : 10)
    document.double("estimatedCost", 0.00025)
  }

  private func dirtyFeature(
    _ kind: DirtyRecord, _ number: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    let isLost = kind == .flowOfNoWorkspace
    document.identifier("workspaceId", isLost ? gone(number) : anyIdentifier(.workspaces, &random))
    switch kind {
    case .draftOfNoUser: document.identifier("userId", gone(number))
    case .conversationOfNobody: document.identifier("assignedUserId", gone(number))
    default: document.identifier("userId", anyIdentifier(.users, &random))
    }
    document.text("name", "left behind \(number)")
  }
}
