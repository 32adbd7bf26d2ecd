import Foundation

/// Everything that was measured of one workload.
public struct WorkloadResults: Sendable {
  /// When it began, in UTC.
  public var at: String?
  /// How many records it has.
  public var rows: Int?
  /// By their names.
  public var figures: [String: Measurements] = [:]
  /// The figures' units, by their names.
  public var units: [String: String] = [:]
  /// What isn't a number, by its name.
  public var facts: [String: String] = [:]
  /// Why it couldn't be measured to its end.
  public var failure: String?
  /// False where it broke off without a word.
  public var isComplete = false

  /// A figure's measurements; none where it wasn't measured.
  public subscript(name: String) -> Measurements { figures[name] ?? Measurements() }
}

/// The results of all sections, as their files hold them.
public struct Results: Sendable {
  /// By section, and in each in the order in which workloads first began.
  public private(set) var workloads: [String: [(name: String, results: WorkloadResults)]] = [:]

  /// No results.
  public init() {}

  /// Reads every `<section>.jsonl` of a folder.
  ///
  /// - Throws: what reading and decoding throw.
  public init(folder: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    where name.hasSuffix(".jsonl") {
      let data = try Data(contentsOf: URL(filePath: folder).appending(path: name))
      for line in data.split(separator: UInt8(ascii: "\n")) {
        // A process that was killed leaves its last line unfinished.
        guard let line = try? JSONDecoder().decode(ResultLine.self, from: Data(line)) else { continue }
        add(line, to: String(name.dropLast(".jsonl".count)))
      }
    }
  }

  /// A section's workloads; none where it wasn't run.
  public func section(_ name: String) -> [(name: String, results: WorkloadResults)] { workloads[name] ?? [] }

  /// One workload of a section; without any figure where it wasn't run.
  public subscript(section: String, workload: String) -> WorkloadResults {
    self.section(section).first { $0.name == workload }?.results ?? WorkloadResults()
  }

  /// Takes a line in, after those before it.
  public mutating func add(_ line: ResultLine, to section: String) {
    var all = workloads[section] ?? []
    let index = all.firstIndex { $0.name == line.workload } ?? all.count
    if index == all.count { all.append((line.workload, WorkloadResults())) }
    switch line.event {
    case .began:
      all[index].results = WorkloadResults()
      all[index].results.at = line.at
      all[index].results.rows = line.rows
    case .figure:
      guard let name = line.name, let values = line.values else { return }
      all[index].results.figures[name] = Measurements(values)
      all[index].results.units[name] = line.unit
    case .fact: if let name = line.name { all[index].results.facts[name] = line.text }
    case .failed: all[index].results.failure = line.text ?? "no reason was given"
    case .ended: all[index].results.isComplete = true
    }
    workloads[section] = all
  }
}
