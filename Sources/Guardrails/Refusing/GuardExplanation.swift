public import Mapping

/// Why a write may, or may not, go ahead, as sentences.
public struct GuardExplanation: Sendable, Equatable, CustomStringConvertible {
  /// The stable word.
  public let reason: GuardReason
  /// What is so.
  public let finding: String
  /// What the mapping says of the entity or crossing, and where; nil where nothing is declared.
  public let declaration: String?
  /// Where that is declared.
  public let location: SourceLocation?
  /// What to do; nil where the write is right.
  public let advice: String?

  /// `insert of "users" into "app" is refused (not_owner): … Declared at …: … Write it to …`
  public let description: String
}

extension GuardPlan {
  /// Says why a write was decided as it was.
  ///
  /// - Parameter reason: what a decision, or a refusal of a unit of work, gave.
  public func explanation(of reason: GuardReason, for request: WriteRequest) -> GuardExplanation {
    let index = entity(named: request.entity)
    let crossing = request.crossing.flatMap { name in crossings.first { isSameName($0.name, name) } }
    let words = words(for: request, entity: index, crossing: crossing)
    let finding = filled(reason.finding, words)
    var advice = reason.advice.isEmpty ? nil : filled(reason.advice, words)
    if reason == .unknownPhase, let index, entities[index].phase == nil { advice = Self.outdatedAdvice }
    let declared = declaration(of: reason, entity: index, crossing: crossing)
    let verb = reason.isAllowed ? "may go ahead" : "is refused"
    var text =
      "\(request.operation) of \"\(request.entity)\" in store \"\(request.store)\" \(verb)"
      + " (\(reason.rawValue)): \(finding)."
    if let declared { text += " Declared at \(declared.location.place): \(declared.text)." }
    if let advice { text += " \(advice)." }
    return GuardExplanation(
      reason: reason, finding: finding, declaration: declared?.text, location: declared?.location,
      advice: advice,
      description: text)
  }

  /// A core entity has no phase at all only where nobody could ask for it any more.
  private static let outdatedAdvice =
    "See that the guardrail reaches the target, which it hasn't for longer than its limit of staleness"

  private func declaration(of reason: GuardReason, entity: Int?, crossing: Crossing?)
    -> (text: String, location: SourceLocation)?
  {
    switch reason {
    case .expiredCrossing, .outsideCrossing:
      guard let crossing else { return nil }
      return (
        "crossing \"\(crossing.name)\" of \(list(crossing.entities)), until \(crossing.expires)",
        crossing.location
      )
    default:
      guard let entity else { return nil }
      let declared = entities[entity]
      let phase = declared.owner == .core ? ", phase \(declared.phase ?? "not known")" : ""
      return (
        "entity \"\(declared.name)\", owner \(declared.owner.rawValue)\(phase), mode \(declared.mode.rawValue)",
        declared.location
      )
    }
  }

  private func words(for request: WriteRequest, entity: Int?, crossing: Crossing?) -> [String: String] {
    let owner = entity.flatMap(ownerStore(of:)).map { stores[$0].name }
    let declared = entity.map { entities[$0] }
    return [
      "set": set, "entity": request.entity, "store": request.store, "operation": request.operation,
      "writer": request.writer ?? "a writer that the mapping doesn't have",
      "fence": request.fence.map { "\($0)" } ?? "(none)", "crossing": request.crossing ?? "",
      "owner": owner ?? "(not known)", "phase": declared?.phase ?? "not known",
      "since": "\(declared?.epoch ?? 0)", "epoch": "\(epoch)", "writers": list(declared?.writers ?? []),
      "stores": list(stores.map(\.name)), "others": list(request.others),
      "covered": list(crossing?.entities ?? []), "expires": crossing.map { "\($0.expires)" } ?? "",
      "link": crossing?.link ?? "",
    ]
  }
}

/// The template with its words in braces replaced; what a word brings in isn't looked through again.
private func filled(_ template: String, _ words: [String: String]) -> String {
  var text = ""
  var rest = template[...]
  while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
    text += rest[..<open]
    text += words[String(rest[rest.index(after: open)..<close])] ?? ""
    rest = rest[rest.index(after: close)...]
  }
  return text + rest
}

private func list(_ names: [String]) -> String {
  names.isEmpty ? "(none)" : names.map { "\"\($0)\"" }.joined(separator: ", ")
}

extension SourceLocation {
  /// As compilers write a place: `users.yaml:3:9`.
  var place: String { "\(file):\(line):\(column)" }
}
