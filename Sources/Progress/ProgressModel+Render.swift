internal import CommandLine

extension ProgressModel {
  /// The live line for a terminal, never wider than `width`: what matters least is left out first.
  ///
  /// For example: `users [#######.....]  58 %  1,160,000 of ~2,000,000  81,230/s  about 11 s left  3
  /// quarantined`.
  public func render(width: Int, now: Duration) -> String {
    let optional = pieces(now: now)
    // Least important last: first the bar goes, then the count, then the rate.
    let attempts: [Set<Piece>] = [
      [], [.bar], [.bar, .count], [.bar, .count, .rate], [.bar, .count, .rate, .timeLeft],
    ]
    for left in attempts {
      let shown = optional.filter { !left.contains($0.piece) }.map(\.text)
      let line = shown.joined(separator: "  ")
      if DisplayText.width(line) <= width { return line }
    }
    let shortest = optional.filter { $0.piece == .title || $0.piece == .percent }.map(\.text)
    return DisplayText.truncated(shortest.joined(separator: "  "), to: width)
  }

  /// The line for a stream that isn't a terminal: the same without the bar.
  public func plainLine(now: Duration) -> String {
    pieces(now: now).filter { $0.piece != .bar }.map(\.text).joined(separator: ", ")
  }

  /// The state as one object, for a program that watches.
  func document(now: Duration) -> JSONValue {
    let states = entities.map { entity -> JSONValue in
      [
        "entity": .string(entity.name), "done": .int(entity.done), "total_estimate": .optional(entity.total),
        "quarantined": .int(entity.quarantined), "finished": .bool(entity.finishedAt != nil),
      ]
    }
    return [
      "event": "progress", "done": .int(done), "total_estimate": .optional(expected),
      "quarantined": .int(quarantined), "per_second": rate(now: now).map { .int(Int($0.rounded())) } ?? .null,
      "seconds_left_estimate": timeLeft(now: now).map(JSONValue.seconds) ?? .null, "entities": .array(states),
    ]
  }

  private enum Piece: Hashable {
    case title, bar, percent, count, rate, timeLeft, quarantined
  }

  private static let barWidth = 20

  private func pieces(now: Duration) -> [(piece: Piece, text: String)] {
    var pieces: [(piece: Piece, text: String)] = [(.title, title)]
    if let fraction {
      let filled = Int(fraction * Double(Self.barWidth))
      let bar =
        String(repeating: "#", count: filled) + String(repeating: ".", count: Self.barWidth - filled)
      pieces.append((.bar, "[\(bar)]"))
      // Rounded down: 100 % is only said when it is true.
      pieces.append((.percent, "\(Int(fraction * 100)) %"))
    }
    pieces.append((.count, count))
    if let rate = rate(now: now) {
      pieces.append((.rate, "\(NumberText.grouped(Int(rate.rounded())))/s"))
    }
    if let timeLeft = timeLeft(now: now), !active.isEmpty {
      pieces.append((.timeLeft, "about \(DurationText.estimate(timeLeft)) left"))
    }
    if quarantined > 0 {
      pieces.append((.quarantined, "\(NumberText.grouped(quarantined)) quarantined"))
    }
    return pieces
  }

  /// The active entities' names, and how far the list of entities is, when there are several.
  private var title: String {
    let names = active.map { DisplayText.escapingControls($0.name) }
    let finished = entities.count { $0.finishedAt != nil }
    let place = entities.count > 1 ? " (\(finished)/\(entities.count))" : ""
    switch names.count {
    case 0: return (finished > 0 && finished == entities.count ? "done" : "waiting") + place
    case 1...2: return names.joined(separator: ", ") + place
    default: return "\(names[0]) and \(names.count - 1) more" + place
    }
  }

  private var count: String {
    let done = NumberText.grouped(done)
    guard let expected, !active.isEmpty else { return "\(done) records" }
    return "\(done) of ~\(NumberText.grouped(expected))"
  }
}
