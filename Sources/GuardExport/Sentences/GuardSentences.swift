public import Guardrails

/// What a guardrail says about each reason, as templates that every language fills in alike.
///
/// A template is data: exported modules carry it with the plan. `{name}` stands for a fact (``GuardFacts``).
public struct GuardSentence: Sendable, Equatable {
  /// What is so.
  public let message: String
  /// What to do instead; nil where the write goes ahead.
  public let help: String?

  /// The templates for a reason.
  public static func template(for reason: GuardReason) -> GuardSentence {
    switch reason {
    case .owner, .mover, .maintenance, .off: allowed(reason)
    case .unknownEntity, .unknownStore, .unknownOperation, .unknownPhase: unknown(reason)
    case .wrongStore, .notOwner, .retired, .moverIntoOwner: misplaced(reason)
    case .unnamedWriter, .undeclaredWriter, .staleFence, .futureFence, .missingFence: unfit(reason)
    case .undeclaredCrossing, .unknownCrossing, .expiredCrossing, .outsideCrossing: crossing(reason)
    }
  }

  private init(_ message: String, _ help: String? = nil) {
    self.message = message
    self.help = help
  }

  private static func allowed(_ reason: GuardReason) -> GuardSentence {
    switch reason {
    case .mover: GuardSentence("Kedge moves \"{entity}\" into \"{store}\", which doesn't own it{in_phase}")
    case .maintenance: GuardSentence("Kedge mends \"{entity}\" in \"{store}\", sent by a person")
    case .off: GuardSentence("\"{entity}\" isn't guarded: its mode is off")
    default: GuardSentence("\"{store}\" owns \"{entity}\"{in_phase}")
    }
  }

  private static func unknown(_ reason: GuardReason) -> GuardSentence {
    switch reason {
    case .unknownStore:
      GuardSentence("the mapping set \"{set}\" has no store \"{store}\"", "It has {stores}.")
    case .unknownOperation:
      GuardSentence("\"{operation}\" isn't a write that guardrails know", "They know {operations}.")
    case .unknownPhase:
      GuardSentence(
        "\"{entity}\" is in phase \"{phase}\", which this version doesn't know, so nobody can say who owns it",
        "Use the version of Kedge that set the phase, and export the plan with it.")
    default:
      GuardSentence(
        "the mapping set \"{set}\" has no entity \"{entity}\"",
        "Declare it there with its owner. Declared are {entities}.")
    }
  }

  private static func misplaced(_ reason: GuardReason) -> GuardSentence {
    let instead = "Write to \"{owner_store}\" instead. The entity is declared in {declared}."
    return switch reason {
    case .notOwner:
      GuardSentence("\"{owner_store}\" owns \"{entity}\"{in_phase}, and Kedge alone writes \"{store}\"", instead)
    case .retired:
      GuardSentence("\"{entity}\" has left \"{store}\" for good: \"{owner_store}\" owns it{in_phase}", instead)
    case .moverIntoOwner:
      GuardSentence(
        "Kedge would move data over \"{entity}\" in \"{store}\", which owns it{in_phase}",
        "Move it the other way, or mend it as kedge-admin. The entity is declared in {declared}.")
    default: GuardSentence("\"{entity}\" has never lived in \"{store}\": \"{owner_store}\" owns it{in_phase}", instead)
    }
  }

  private static func unfit(_ reason: GuardReason) -> GuardSentence {
    switch reason {
    case .unnamedWriter:
      GuardSentence(
        "only declared writers may write \"{entity}\", and this one doesn't say who it is",
        "Say who writes: {writers}. They are declared in {declared}.")
    case .staleFence:
      GuardSentence(
        "fence {fence} is stale: the phase of \"{entity}\" has changed, with fence {entity_epoch}",
        "Load the plan anew, and begin again; \"{owner_store}\" owns the entity now.")
    case .futureFence:
      GuardSentence(
        "fence {fence} hasn't been given out: the newest is {epoch}",
        "The writer knows a later plan, or that of another database: load the plan anew on both sides.")
    case .missingFence:
      GuardSentence(
        "a writer of \"{entity}\" must say its fence",
        "Take the plan's epoch when the unit of work begins, {epoch} now, and say it with each write.")
    default:
      GuardSentence(
        "\"{writer}\" isn't a declared writer of \"{entity}\"",
        "Declared are {writers}. Write as one of them, or declare it in {declared}.")
    }
  }

  private static func crossing(_ reason: GuardReason) -> GuardSentence {
    switch reason {
    case .unknownCrossing:
      GuardSentence("the mapping set \"{set}\" declares no crossing \"{crossing}\"", "It declares {crossings}.")
    case .expiredCrossing:
      GuardSentence(
        "the crossing \"{crossing}\" was allowed until {expires}",
        "Part the unit of work in two, or renew the crossing where it was decided: {link}.")
    case .outsideCrossing:
      GuardSentence(
        "the crossing \"{crossing}\" doesn't name {outside}",
        "It names {crossing_entities}. Part the unit of work in two, or have the crossing extended: {link}.")
    default:
      GuardSentence(
        "this unit of work has written to {written}, and \"{entity}\" in \"{store}\" lies across the boundary",
        "Part it in two, or name a crossing that the mapping set declares: {crossings}.")
    }
  }
}

extension GuardSentence {
  /// Fills in a template. What is put in isn't looked at again: a name may hold braces.
  static func filled(_ template: String, _ fact: (String) -> String?) -> String {
    var text = ""
    var rest = Substring(template)
    while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
      text += rest[..<open]
      text += fact(String(rest[rest.index(after: open)..<close])) ?? ""
      rest = rest[rest.index(after: close)...]
    }
    return text + rest
  }

  /// A word from outside, fit for a line of a log: no control characters, and not too long.
  public static func shown(_ word: String) -> String {
    var text = ""
    for (count, scalar) in word.unicodeScalars.enumerated() {
      guard count < longest else { return text + "…" }
      switch scalar {
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text
  }

  /// Names in quotes; of a long list the beginning.
  public static func list(_ names: [String]) -> String {
    if names.isEmpty { return "none" }
    let shown = names.prefix(most).map { "\"\(Self.shown($0))\"" }.joined(separator: ", ")
    return names.count > most ? "\(shown) and \(names.count - most) more" : shown
  }

  /// Unicode scalars of a word that are shown.
  static let longest = 120
  /// Names of a list that are shown.
  static let most = 20
}
