import Foundation
import TestSupport

/// What a run of each hot loop may cost: `Benchmarks/thresholds.json`.
struct Thresholds: Codable {
  struct Cost: Codable, Equatable {
    /// Of the processor, without those of SQLite's library.
    var instructions: Double
    /// Calls of the allocator.
    var allocations: Double
  }

  /// How these figures are made anew.
  var command = "KEDGE_RECORD_THRESHOLDS=1 scripts/test --filter HotLoopTests"
  /// How far instructions may be from what was recorded, either way: what becomes cheaper is to be recorded, too.
  var tolerance = 0.03
  /// For each loop, of one record or of one check.
  var loops: [String: Cost]

  static let path = "\(Program.root)/Benchmarks/thresholds.json"

  static func read() throws -> Thresholds {
    try JSONDecoder().decode(Thresholds.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
  }

  func write() throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try (try encoder.encode(self) + Data("\n".utf8)).write(to: URL(fileURLWithPath: Self.path))
  }

  /// Says what of a measured cost isn't as was recorded; nil where all is.
  func complaint(about loop: String, _ cost: Cost) -> String? {
    guard let wanted = loops[loop] else { return "\(loop) has no threshold" }
    if abs(cost.instructions - wanted.instructions) > wanted.instructions * tolerance {
      return "\(loop) takes \(cost.instructions) instructions, and \(wanted.instructions) were recorded"
    }
    // What grows now and then, such as a buffer, is no cost of a record.
    if cost.allocations > wanted.allocations + 0.01 {
      return "\(loop) allocates \(cost.allocations) times, and \(wanted.allocations) were recorded"
    }
    return nil
  }
}
