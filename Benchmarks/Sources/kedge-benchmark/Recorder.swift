import Foundation
import ResultsPage

/// Writes what a section measures into its file, line by line, so that nothing is lost of what was measured before something broke.
final class Recorder {
  private let path: String
  private var failures = 0
  /// What hasn't begun by then doesn't: the sections after this one are to be measured too.
  private let end: ContinuousClock.Instant
  private let limit: Int

  init(_ request: Request) throws {
    try FileManager.default.createDirectory(atPath: request.results, withIntermediateDirectories: true)
    limit = request.limit
    end = .now + .seconds(limit)
    path = "\(request.results)/\(request.section.rawValue).jsonl"
    if !FileManager.default.fileExists(atPath: path) { try Data().write(to: URL(filePath: path)) }
  }

  var hasFailures: Bool { failures > 0 }

  /// Measures one workload. If it fails, that is written down and said, and the others go on.
  func workload(_ name: String, rows: Int? = nil, _ body: (Workload) throws -> Void) throws {
    var begun = ResultLine(.began, name)
    begun.at = Date.now.ISO8601Format()
    begun.rows = rows
    try write([begun])
    let workload = Workload(name: name, recorder: self)
    do {
      guard ContinuousClock.now < end else {
        throw BenchmarkError("it wasn't begun, as the section's \(limit) seconds were over")
      }
      try body(workload)
      try workload.write()
      say(workload.text)
      try write([ResultLine(.ended, name)])
    } catch {
      try workload.write()
      failures += 1
      var failed = ResultLine(.failed, name)
      failed.text = "\(error)"
      try write([failed])
      say(workload.text)
      FileHandle.standardError.write(Data("\(name) failed: \(error)\n".utf8))
    }
  }

  fileprivate func write(_ lines: [ResultLine]) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let file = try FileHandle(forWritingTo: URL(filePath: path))
    defer { try? file.close() }
    try file.seekToEnd()
    for line in lines { try file.write(contentsOf: encoder.encode(line) + Data("\n".utf8)) }
  }
}

/// What is measured of one workload.
final class Workload {
  private let name: String
  private let recorder: Recorder
  private var names: [String] = []
  private var units: [String: String] = [:]
  private var figures: [String: Measurements] = [:]
  private var unwritten: Set<String> = []

  init(name: String, recorder: Recorder) { (self.name, self.recorder) = (name, recorder) }

  /// One more measurement of a thing, in seconds unless it says otherwise.
  func add(_ name: String, _ value: Double, unit: String = "s") {
    if figures[name] == nil { names.append(name) }
    // A millionth of a second is more than any clock here can tell.
    figures[name, default: Measurements()].add((value * 1e6).rounded() / 1e6)
    units[name] = unit
    unwritten.insert(name)
  }

  func fact(_ name: String, _ text: String) throws {
    var line = ResultLine(.fact, self.name)
    (line.name, line.text) = (name, text)
    try recorder.write([line])
  }

  /// Writes all measurements so far, in place of what was written of them before.
  func write() throws {
    let lines = names.filter(unwritten.contains).map { name in
      var line = ResultLine(.figure, self.name)
      (line.name, line.unit, line.values) = (name, units[name], figures[name]?.values)
      return line
    }
    try recorder.write(lines)
    unwritten = []
  }

  subscript(name: String) -> Measurements { figures[name] ?? Measurements() }

  /// For whoever watches.
  var text: String {
    let width = names.map(\.count).max() ?? 0
    let lines = names.map { name in
      "  \(name.padding(toLength: width, withPad: " ", startingAt: 0))  \(self[name].text) \(units[name] ?? "")"
    }
    return "\n\(name)\n" + lines.joined(separator: "\n")
  }
}
