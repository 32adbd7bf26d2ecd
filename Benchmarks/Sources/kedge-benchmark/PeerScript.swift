import Foundation

/// An executable of `Benchmarks/peers`, and what it says of itself.
struct PeerScript {
  struct About: Decodable {
    var name: String
    var version: String?
    var settings: String?
    var table: String?
    var note: String?
    /// The share of the rows that it is given.
    var scale: Double?
    var kinds: [String]?
    /// Of an audit: what the target is compared with.
    var source: String?
  }

  /// What `verify` counts.
  struct Counts: Decodable {
    var rows: Int
    var sums: [String: String]?
    var different: Int?
  }

  let path: String
  /// The name of its file.
  let file: String
  private(set) var about: About?
  /// Why it can't run here.
  private(set) var refusal: String?

  init(_ path: String) throws {
    self.path = path
    file = URL(filePath: path).lastPathComponent
    let process = try ChildProcess(path, ["describe"], isTree: true, limit: 60)
    let words = process.output.trimmingCharacters(in: .whitespacesAndNewlines)
    if process.code == 0 {
      // A library may have warned before.
      about = try words.split(separator: "\n").last.map {
        try JSONDecoder().decode(About.self, from: Data($0.utf8))
      }
    }
    if about == nil { refusal = words.isEmpty ? "it ended with exit code \(process.code)" : words }
  }

  /// All that can be executed in the folder of a source, in the order of their names.
  static func all(_ source: String) throws -> [String] {
    let folder = "Benchmarks/peers/\(source)"
    guard FileManager.default.fileExists(atPath: folder) else { return [] }
    return try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
      .filter { FileManager.default.isExecutableFile(atPath: $0) && !$0.hasSuffix(".md") }
  }

  func verify(_ environment: [String: String]) throws -> Counts {
    let process = try ChildProcess(path, ["verify"], environment: environment, isTree: true, limit: 120)
    try process.expect("\(file) verify")
    guard let line = process.output.split(separator: "\n").last else {
      throw BenchmarkError("\(file) verify said nothing")
    }
    return try JSONDecoder().decode(Counts.self, from: Data(line.utf8))
  }
}
