import Foundation
import TestSupport
import Testing

/// What the engine's innermost loops cost, in instructions and allocations: figures that don't depend on the machine's mood.
@Suite(
  "Hot loops", .serialized,
  .enabled(if: Callgrind.path != nil, "valgrind isn't there: scripts/setup installs it"),
  .disabled(
    if: !Program.hotLoops.isRelease,
    "the kedge-hot-loops under test isn't a release build, whose cost would mean nothing"))
struct HotLoopTests {
  /// Two sizes, so that what is done once for all records is in neither figure.
  private static let sizes = (small: 1000, large: 3000)

  @Test("a record costs the instructions and allocations of Benchmarks/thresholds.json")
  func thresholds() throws {
    let folder = try TemporaryFolder()
    let prepared = try Program.hotLoops.run(["prepare", folder.path, "\(Self.sizes.large)"])
    try #require(prepared.code == 0, "\(prepared.errors)")
    let loops = try Program.hotLoops.run(["list"]).output.split(separator: "\n").map(String.init)
    var found = Thresholds(loops: [:])
    for loop in loops { found.loops[loop] = try cost(of: loop, folder) }
    if ProcessInfo.processInfo.environment["KEDGE_RECORD_THRESHOLDS"] == "1" { return try found.write() }
    let thresholds = try Thresholds.read()
    #expect(Set(thresholds.loops.keys) == Set(loops))
    let complaints = loops.compactMap { loop in
      found.loops[loop].flatMap { thresholds.complaint(about: loop, $0) }
    }
    #expect(
      complaints.isEmpty,
      """
      \(complaints.joined(separator: "\n"))
      Where that is meant, or the compiler is another one, record it: \(thresholds.command)
      """)
  }

  /// Both sizes run at once.
  private func cost(of loop: String, _ folder: TemporaryFolder) throws -> Thresholds.Cost {
    let valgrind = Program(path: try #require(Callgrind.path))
    let runs = try [Self.sizes.small, Self.sizes.large].map { size in
      let file = "\(folder.path)/\(loop)-\(size)"
      let arguments = Callgrind.arguments(
        for: Program.hotLoops, [loop, folder.path, "\(size)"], file: file)
      // Tables of the standard library are the same each time only where their seed is.
      let run = try valgrind.start(arguments, environment: ["SWIFT_DETERMINISTIC_HASHING": "1"])
      return (size, file, run)
    }
    let costs = try runs.map { size, file, run in
      let outcome = try run.finish()
      #expect(outcome.code == 0, "\(outcome.errors)")
      #expect(try outcome.json()["runs"] as? Int == size)
      return try Callgrind(file: file)
    }
    func each(_ value: (Callgrind) -> Int) -> Double {
      let difference = Double(value(costs[1]) - value(costs[0]))
      return (difference / Double(Self.sizes.large - Self.sizes.small) * 1000).rounded() / 1000
    }
    return Thresholds.Cost(instructions: each(\.instructions), allocations: each(\.allocations))
  }
}
