import Codec
import Executors
import Foundation
import Mongo
import Postgres
import SQLite
import Synchronization
import TestSupport

/// Writes to both stores at full speed until it is stopped, the source first and the target up to `delay` seconds later, as
/// an application does that is on its way from one to the other. The changes of one record arrive in their order.
final class DelayedWriter: Sendable {
  /// What the writer writes to: ids 1 to this number, of which some are deleted and come back.
  static let ids = 2000

  private struct Change: Sendable {
    var sql: String
    var written: Date
  }
  private struct Figures {
    var changes = 0
    var latest = 0.0
  }

  private let seed: UInt64
  private let delay: Double
  private let source: @Sendable () throws -> any SourceWriter
  private let target: PostgresSettings
  private let stop = StopFlag()
  private let failures = StopFlag()
  private let figures = Mutex(Figures())
  private let queues = (0..<DelayedWriter.threads).map { _ in DueQueue<Change>() }
  /// Writers of the source, and as many of the target.
  private static let threads = 2

  init(
    seed: UInt64, delay: Double, target: PostgresSettings,
    source: @escaping @Sendable () throws -> any SourceWriter
  ) {
    (self.seed, self.delay, self.target, self.source) = (seed, delay, target, source)
  }

  /// How many changes both stores have by now.
  var changes: Int { figures.withLock { $0.changes } }
  /// By how many seconds the target came after the source, at most.
  var latest: Double { figures.withLock { $0.latest } }

  /// Writes while `body` runs, and returns when the target has everything that the source has.
  func whileWriting(_ body: () throws -> Void) throws {
    let outcome = Mutex<(any Error)?>(nil)
    let thread = try DedicatedThread(name: "writers") { [self] in
      do {
        _ = try parallel(2 * Self.threads, name: "writer", stop: failures) { [self] index in
          if index < Self.threads {
            defer { queues[index].close() }
            try write(index)
          } else {
            try apply(queues[index - Self.threads])
          }
        }
      } catch {
        outcome.withLock { $0 = error }
      }
    }
    let result = Result(catching: body)
    stop.set()
    thread.join()
    try result.get()
    if let error = outcome.withLock({ $0 }) { throw error }
  }

  /// Changes records of one writer in the source, and says when the target is to follow.
  private func write(_ index: Int) throws {
    let source = try source()
    var random = SeededRandom(seed: seed, stream: UInt64(index))
    let own = (1...Self.ids).filter { $0 % Self.threads == index }
    var records = Dictionary(uniqueKeysWithValues: own.map { ($0, WrittenRecord(id: $0)) })
    var last: [Int: Date] = [:]
    while !stop.isSet, !failures.isSet {
      // A few records change all the time, so that they are never seen at rest.
      let id = random.below(4) == 0 ? own[random.below(10)] : random.pick(own)
      let sql: String
      if let record = records[id], random.below(5) > 0 {
        var changed = record
        changed.change(&random)
        records[id] = changed
        sql = changed.postgres
        try source.write(changed)
      } else if records[id] != nil {
        records[id] = nil
        sql = "DELETE FROM core.items WHERE id = \(id)"
        try source.delete(id)
      } else {
        let made = WrittenRecord(id: id, version: random.below(1_000_000), tags: ["again"])
        records[id] = made
        sql = made.postgres
        try source.write(made)
      }
      let written = Date()
      let due = max(written + delay * Double(random.below(1001)) / 1000, last[id] ?? written)
      last[id] = due
      queues[index].add(Change(sql: sql, written: written), due: due)
    }
  }

  /// Does the same in the target, when it is due.
  private func apply(_ queue: DueQueue<Change>) throws {
    let connection = try PostgresConnection(target)
    defer { connection.close() }
    _ = try connection.execute("SET synchronous_commit = off")
    while let due = queue.take(50) {
      _ = try connection.execute(due.map(\.sql).joined(separator: ";\n"))
      let now = Date()
      figures.withLock { figures in
        figures.changes += due.count
        for change in due { figures.latest = max(figures.latest, now.timeIntervalSince(change.written)) }
      }
    }
  }
}

/// Writes records into one source.
protocol SourceWriter {
  func write(_ record: WrittenRecord) throws
  func delete(_ id: Int) throws
}

struct MongoWriter: SourceWriter {
  let connection: MongoConnection

  func write(_ record: WrittenRecord) throws {
    let update: BSONDocument = [
      "q": ["_id": .int64(Int64(record.id))], "u": .document(record.document), "upsert": true,
    ]
    try connection.run(command: [
      "update": "items", "updates": [.document(update)], "writeConcern": Self.quick,
    ])
  }
  func delete(_ id: Int) throws {
    let delete: BSONDocument = ["q": ["_id": .int64(Int64(id))], "limit": 1]
    try connection.run(command: [
      "delete": "items", "deletes": [.document(delete)], "writeConcern": Self.quick,
    ])
  }

  /// The journal isn't waited for.
  private static let quick: BSONValue = ["w": 1, "j": false]
}

struct SQLiteWriter: SourceWriter {
  let connection: SQLiteConnection

  init(path: String) throws {
    connection = try SQLiteConnection(path: path, mode: .readWrite)
    try connection.execute("PRAGMA synchronous = off")
  }

  func write(_ record: WrittenRecord) throws { try connection.execute(record.sqlite) }
  func delete(_ id: Int) throws { try connection.execute("DELETE FROM items WHERE id = \(id)") }
}
