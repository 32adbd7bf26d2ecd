internal import CommandLine
internal import Guardrails
internal import LiveGuardrails
internal import Mapping

/// `kedge guard report` for people and for programs.
struct ObservationText {
  private let report: ObservationReport
  private let now: UTCTime

  init(_ report: ObservationReport, now: UTCTime) {
    self.report = report
    self.now = now
  }

  // MARK: For people

  func text(style: ANSIStyle) -> String {
    report.entities.map { entity in
      let title = "\(DisplayText.escapingControls(entity.name)): \(sentence(entity))"
      guard !entity.findings.isEmpty else { return title }
      var table = TableText([
        "times", "operation", "store", "reason", "writer", "caller", "first seen", "last seen", "seen by",
      ])
      for finding in entity.findings {
        let seen = finding.observation
        table.add([
          .number(seen.times), .text(seen.operation.rawValue), .text(seen.store), .text(seen.reason.rawValue),
          .text(seen.writer ?? "-"), .text(seen.caller), .text(short(seen.firstSeen)),
          .text(short(seen.lastSeen)),
          .text(finding.seenBy.joined(separator: ", ")),
        ])
      }
      return title + "\n" + table.text(style: style, indent: 2).trimmedEnd
    }.joined(separator: "\n")
  }

  private func sentence(_ entity: ObservationReport.Entity) -> String {
    let found = "\(NumberText.grouped(entity.times)) \(entity.times == 1 ? "write" : "writes")"
    switch entity.verdict {
    case .ready: return "ready: enforcing would have refused nothing, \(watching(entity))"
    case .notReady: return "not ready: enforcing would have refused \(found), \(watching(entity))"
    case .notWatched:
      return
        "not watched: it is in mode observe, but no program has reported, so nothing can be said about enforcing it"
    case .enforced:
      return entity.times == 0 ? "enforced" : "enforced; \(found) went ahead while it was observed"
    case .off: return "off: it isn't guarded"
    case .undeclared: return "the mapping doesn't have it; \(found) of that name went ahead"
    }
  }

  private func watching(_ entity: ObservationReport.Entity) -> String {
    guard let from = entity.from, let until = entity.until else {
      return "though nobody says to have watched"
    }
    let programs = entity.programs.count
    let ago = Duration.microseconds(max(0, now.microseconds - until.microseconds))
    return
      "in \(DurationText.estimate(entity.watched)) of watching by \(programs) \(programs == 1 ? "observer" : "observers")"
      + " since \(short(from)), last heard \(DurationText.estimate(ago)) ago"
  }

  /// To the second.
  private func short(_ time: UTCTime) -> String { time.description.prefix(19) + "Z" }

  // MARK: For programs

  func json(set: String, since: UTCTime?) -> JSONValue {
    [
      "set": .string(set), "since": .optional(since?.description), "as_of": .string(now.description),
      "entities": .array(report.entities.map(json)),
    ]
  }

  private func json(_ entity: ObservationReport.Entity) -> JSONValue {
    [
      "entity": .string(entity.name), "mode": .optional(entity.mode?.rawValue),
      "verdict": .string(entity.verdict.rawValue), "times": .int(entity.times),
      "watched": [
        "seconds": .seconds(entity.watched), "from": .optional(entity.from?.description),
        "until": .optional(entity.until?.description), "by": .strings(entity.programs),
      ],
      "observations": .array(
        entity.findings.map { finding in
          let seen = finding.observation
          return [
            "operation": .string(seen.operation.rawValue), "store": .string(seen.store),
            "reason": .string(seen.reason.rawValue), "writer": .optional(seen.writer),
            "caller": .string(seen.caller), "times": .int(seen.times),
            "first_seen": .string(seen.firstSeen.description),
            "last_seen": .string(seen.lastSeen.description),
            "seen_by": .strings(finding.seenBy),
          ]
        }),
    ]
  }
}

extension String {
  fileprivate var trimmedEnd: String {
    var text = self[...]
    while text.last == "\n" { text = text.dropLast() }
    return String(text)
  }
}
