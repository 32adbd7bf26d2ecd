import Codec
import Foundation
import Glibc
import Mongo
import Postgres

/// Processor time that the servers have used so far, as the kernel counts it.
struct ServerProcessors {
  /// In seconds.
  struct Reading {
    var postgres = 0.0
    var mongo = 0.0

    static func - (one: Reading, other: Reading) -> Reading {
      Reading(postgres: one.postgres - other.postgres, mongo: one.mongo - other.mongo)
    }
  }

  private let postmaster: Int
  private let mongod: Int

  /// - Throws: if a server isn't on this machine, where its processes could be seen.
  init(_ request: Request) throws {
    let connection = try PostgresConnection(try PostgresSettings(url: try request.postgres()))
    defer { connection.close() }
    guard let backend = Self.stat(connection.backendProcess), let parent = Int(backend[1]),
      Self.name(parent).hasPrefix("postgres")
    else { throw BenchmarkError("PostgreSQL's processes aren't on this machine.") }
    postmaster = parent
    let mongo = try MongoConnection(try MongoSettings(url: try request.mongo(), database: "admin"))
    guard let process = try mongo.run(command: ["serverStatus": 1])["pid"]?.integer,
      Self.name(process).hasPrefix("mongo")
    else { throw BenchmarkError("mongod isn't on this machine.") }
    mongod = process
  }

  func now() -> Reading {
    // What a process that has ended used is in its parent's account, once the parent has seen its end.
    var reading = Reading()
    reading.postgres = Self.used(postmaster, withEnded: true)
    for child in Self.children(of: postmaster) { reading.postgres += Self.used(child, withEnded: false) }
    reading.mongo = Self.used(mongod, withEnded: true)
    return reading
  }

  private static func used(_ process: Int, withEnded: Bool) -> Double {
    guard let words = stat(process), words.count > 14 else { return 0 }
    let ticks = words[11...(withEnded ? 14 : 12)].reduce(0) { $0 + (Int($1) ?? 0) }
    return Double(ticks) / Double(sysconf(Int32(_SC_CLK_TCK)))
  }

  /// What follows the name: the state, the parent, and so on.
  private static func stat(_ process: Int) -> [Substring]? {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let end = text.lastIndex(of: ")")
    else { return nil }
    return text[text.index(after: end)...].split(separator: " ")
  }

  private static func name(_ process: Int) -> String {
    (try? String(contentsOfFile: "/proc/\(process)/comm", encoding: .utf8)) ?? ""
  }

  /// Each thread has its own children.
  static func children(of process: Int) -> [Int] {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/\(process)/task")) ?? []
    return threads.flatMap { thread in
      let text = try? String(contentsOfFile: "/proc/\(process)/task/\(thread)/children", encoding: .utf8)
      return (text ?? "").split(separator: " ").compactMap { Int($0) }
    }
  }
}
