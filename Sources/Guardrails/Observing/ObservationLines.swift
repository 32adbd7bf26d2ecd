internal import Foundation

/// Observations as JSON Lines.
public enum ObservationLines {
  /// The first line of a batch.
  private struct Head: Codable {
    var batch: String
    var set: String
    var seen_by: String
    var observed: [String]
    var since: String
    var until: String
  }

  /// One observation of a batch.
  private struct Line: Codable {
    var batch: String
    var entity: String
    var store: String
    var operation: String
    var reason: String
    var writer: String?
    var caller: String
    var times: Int
    var first_seen: String
    var last_seen: String
  }

  /// The lines of a batch, each with its line end.
  static func text(of batch: ObservationBatch) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    func line(_ value: some Encodable) throws -> String {
      String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    }
    var text = try line(
      Head(
        batch: batch.id, set: batch.set, seen_by: batch.seenBy, observed: batch.observed,
        since: batch.since.description, until: batch.until.description))
    for seen in batch.observations {
      text += try line(
        Line(
          batch: batch.id, entity: seen.entity, store: seen.store, operation: seen.operation.rawValue,
          reason: seen.reason.rawValue, writer: seen.writer, caller: seen.caller, times: seen.times,
          first_seen: seen.firstSeen.description, last_seen: seen.lastSeen.description))
    }
    return text
  }

  /// Reads what a ``JSONLinesSink`` wrote. A batch that stands there twice counts once; one whose last lines are missing, for its
  /// program was killed in the middle, counts as far as it goes.
  ///
  /// - Throws: ``ObservationLineError``.
  public static func batches(in text: String) throws(ObservationLineError) -> [ObservationBatch] {
    var heads: [String] = []
    var batches: [String: (head: Head, lines: [Line])] = [:]
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    for (index, line) in lines.enumerated() where !line.isEmpty {
      if let head = decoded(Head.self, line) {
        if batches[head.batch] == nil { heads.append(head.batch) }
        // Offered again: what was written of it the first time may be a part.
        batches[head.batch] = (head, [])
      } else if let seen = decoded(Line.self, line), batches[seen.batch] != nil {
        batches[seen.batch]?.lines.append(seen)
      } else if index < lines.count - 1 {
        throw ObservationLineError(line: index + 1)
      }
    }
    var found: [ObservationBatch] = []
    for id in heads {
      guard let (head, lines) = batches[id] else { continue }
      guard let since = UTCTime(head.since), let until = UTCTime(head.until) else {
        throw ObservationLineError(batch: id)
      }
      var observations: [GuardObservation] = []
      for line in lines {
        guard let operation = WriteOperation(word: line.operation),
          let reason = GuardReason(rawValue: line.reason),
          let first = UTCTime(line.first_seen), let last = UTCTime(line.last_seen)
        else { throw ObservationLineError(batch: id) }
        observations.append(
          GuardObservation(
            set: head.set, entity: line.entity, store: line.store, operation: operation, reason: reason,
            writer: line.writer, caller: line.caller, times: line.times, firstSeen: first, lastSeen: last))
      }
      found.append(
        ObservationBatch(
          id: id, set: head.set, seenBy: head.seen_by, observed: head.observed, since: since, until: until,
          observations: observations))
    }
    return found
  }
}

/// A line as this type, or nil where it is something else.
private func decoded<T: Decodable>(_ type: T.Type, _ line: Substring) -> T? {
  do {
    return try JSONDecoder().decode(type, from: Data(line.utf8))
  } catch {
    return nil
  }
}

/// A line that isn't of a file of observations.
public struct ObservationLineError: Error, Sendable, Equatable, CustomStringConvertible {
  /// 1-based; nil where a whole batch has a word that isn't known.
  public let line: Int?
  /// The batch that has it.
  public let batch: String?

  init(line: Int) {
    self.line = line
    batch = nil
  }

  init(batch: String) {
    line = nil
    self.batch = batch
  }

  /// The error as a sentence that says what to do.
  public var description: String {
    let place = line.map { "line \($0)" } ?? "batch \(batch ?? "")"
    return
      "\(place) isn't an observation as this Kedge writes them; name a file that a JSONLinesSink of Guardrails has written"
  }
}
