import Codec
import Foundation
import Glibc
import Mongo
import Postgres
import ResultsPage

/// What the figures are of: the machine, the versions, and how durable the servers are set. The numbers before the names keep
/// them in an order that makes sense.
struct EnvironmentFacts {
  private let request: Request

  init(_ request: Request) { self.request = request }

  func record(_ recorder: Recorder) throws {
    try recorder.workload("machine", rows: request.rows) { workload in
      for (index, fact) in try (machine() + commands() + postgres() + mongo()).enumerated() {
        try workload.fact((index < 10 ? "0" : "") + "\(index) \(fact.0)", fact.1)
      }
    }
  }

  private func machine() -> [(String, String)] {
    let processor = Self.line(of: "/proc/cpuinfo", "model name")
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let memory = Double(ProcessInfo.processInfo.physicalMemory) / Double(1 << 30)
    var name = utsname()
    uname(&name)
    let release = withUnsafeBytes(of: &name.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return [
      ("processor", "\(processor ?? "unknown"), \(cores) cores"),
      ("memory", String(format: "%.0f GiB", memory)),
      ("system", "\(Self.line(of: "/etc/os-release", "PRETTY_NAME", "=") ?? "Linux"), kernel \(release)"),
      ("measured", "\(Date.now.ISO8601Format()), load before: \(Self.load())"),
    ]
  }

  /// Scripts/benchmark says what it knows.
  private func commands() -> [(String, String)] {
    let known = [
      ("commit", "KEDGE_BENCHMARK_COMMIT"), ("command", "KEDGE_BENCHMARK_COMMAND"),
      ("Swift", "KEDGE_BENCHMARK_SWIFT"),
      ("libraries", "KEDGE_BENCHMARK_LIBRARIES"),
    ]
    return known.compactMap { name, variable in
      ProcessInfo.processInfo.environment[variable].map {
        (name, variable.hasSuffix("COMMAND") ? "`\($0)`" : $0)
      }
    } + [
      (
        "records",
        "\(Thousands.text(request.rows)) users, \(Thousands.text(request.rows * 3)) usage events; runs: \(request.runs)"
      )
    ]
  }

  private func postgres() throws -> [(String, String)] {
    let connection = try PostgresConnection(try PostgresSettings(url: try request.postgres()))
    defer { connection.close() }
    let names = [
      "fsync", "synchronous_commit", "full_page_writes", "wal_level", "shared_buffers", "max_wal_size",
      "maintenance_work_mem", "work_mem", "autovacuum", "jit",
    ]
    let settings = try names.map { name in
      "\(name) \(try connection.query("SHOW \(name)").first?[0] ?? "unknown")"
    }
    let version = try connection.query("SHOW server_version").first?[0] ?? "unknown"
    return [("PostgreSQL", version), ("its settings", settings.joined(separator: ", "))]
  }

  private func mongo() throws -> [(String, String)] {
    let connection = try MongoConnection(try MongoSettings(url: try request.mongo(), database: "admin"))
    let information = try connection.serverInfo()
    let status = try connection.run(command: ["serverStatus": 1])
    let cache = status["wiredTiger"]?.document?["cache"]?.document?["maximum bytes configured"]?.integer
    return [
      (
        "MongoDB",
        "\(information.version), \(information.topology.rawValue)\(information.topology == .replicaSet ? " of one" : ""), "
          + "cache \((cache ?? 0) >> 20) MiB"
      )
    ]
  }

  private static func line(of path: String, _ name: String, _ separator: Character = ":") -> String? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else { return nil }
    return text.split(separator: "\n").first { $0.hasPrefix(name) }?
      .split(separator: separator, maxSplits: 1).last?.trimmingCharacters(
        in: CharacterSet(charactersIn: " \""))
  }

  private static func load() -> String {
    (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8))?.split(separator: " ").prefix(1)
      .joined() ?? "unknown"
  }
}
