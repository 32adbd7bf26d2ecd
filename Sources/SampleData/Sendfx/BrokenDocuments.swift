public import Codec

/// Records that can't land with the shipped mapping set, each for one reason. Everything else in them is in order.
public enum BrokenRecord: Int, Sendable, CaseIterable {
  case textWithNUL, unknownRole, dateThatIsNone, missingEmail, impossibleDay, countWithFraction, tooManyDigits
  case wordsForNumber, emptyEmail, periodTooLong

  /// The collection that it goes into.
  public var collection: SendfxCollection {
    switch self {
    case .textWithNUL, .unknownRole, .dateThatIsNone, .missingEmail, .impossibleDay, .emptyEmail: .users
    case .countWithFraction, .periodTooLong: .usagecounters
    case .tooManyDigits, .wordsForNumber: .openaiusages
    }
  }
}

extension SendfxSample {
  /// Which fault broken record number `number` has: all in turn.
  public func fault(_ number: Int) -> BrokenRecord {
    BrokenRecord.allCases[number % BrokenRecord.allCases.count]
  }

  /// Broken record number `number`. Its `_id` follows those of the sound records.
  public func brokenDocument(_ number: Int) -> BSONDocument {
    let fault = fault(number)
    let index = count(fault.collection) + 1000 + number
    var random = SplitMix64(seed: seed, collection: "broken", index: number)
    var document = DocumentBuilder()
    document.identifier("_id", identifier(fault.collection, index))
    switch fault.collection {
    case .users: brokenUser(fault, index, &document)
    case .usagecounters: brokenCounter(fault, index, &document, &random)
    default: brokenUsage(fault, index, &document, &random)
    }
    return document.finished()
  }

  private func brokenUser(_ fault: BrokenRecord, _ index: Int, _ document: inout DocumentBuilder) {
    switch fault {
    case .missingEmail: break
    case .emptyEmail: document.text("email", "   ")
    default: document.text("email", "broken.\(index)@example.com")
    }
    document.text("role", fault == .unknownRole ? "root" : "user")
    document.nested("profile") { profile in
      profile.text("displayName", fault == .textWithNUL ? "Ada\0Lovelace" : "Ada Lovelace")
      profile.text("birthday", fault == .impossibleDay ? "31.02.1990" : "28.02.1990")
    }
    if fault == .dateThatIsNone {
      document.text("createdAt", "yesterday")
    } else {
      document.date("createdAt", Moment.opening)
    }
  }

  private func brokenCounter(
    _ fault: BrokenRecord, _ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    document.text("metric", "contacts")
    document.text("period", fault == .periodTooLong ? "2024-05-17" : "2024-05")
    if fault == .countWithFraction {
      document.double("count", 12.5)
    } else {
      document.int32("count", 12)
    }
    document.date("createdAt", Moment.opening)
  }

  private func brokenUsage(
    _ fault: BrokenRecord, _ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64
  ) {
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    document.text("writer", "reply")
    document.text("model", "gpt-4o")
    if fault == .wordsForNumber {
      document.text("promptTokens", "many")
    } else {
      document.int32("promptTokens", 10)
    }
    // Nine decimals do not fit into numeric(12,6), and nothing is rounded in silence.
    document.decimal("estimatedCost", 1_234_567, exponent: fault == .tooManyDigits ? -9 : -6)
    document.date("createdAt", Moment.opening)
  }
}
