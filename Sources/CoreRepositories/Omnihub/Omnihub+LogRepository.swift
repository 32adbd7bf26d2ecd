public import Database
public import Foundation
internal import Guardrails

extension Omnihub {
  /// A line of the application's log.
  public struct LogLine: Sendable, Equatable {
    /// Who was logged in; nil for nobody, or somebody who is gone.
    public var userID: Int?
    /// How much it matters.
    public var level: LogLevel
    /// What happened.
    public var message: String
    /// What else is known.
    public var context: JSONText?

    /// A line from its parts.
    public init(userID: Int? = nil, level: LogLevel, message: String, context: JSONText? = nil) {
      self.userID = userID
      self.level = level
      self.message = message
      self.context = context
    }
  }

  /// What the application noted about itself: table `logs`.
  public struct LogRepository: Sendable {
    /// A line with key and time.
    public typealias Record = Stored<LogLine, Int>
    private let gate: CoreGate<Entities.Logs>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      gate = CoreGate(core, as: "logs")
      clock = core.clock
    }

    /// Levels were written in any case, and one of them in two spellings.
    private var level: String {
      gate.backend == .postgres
        ? "level" : "CASE lower(level) WHEN 'warning' THEN 'warn' ELSE lower(level) END"
    }

    private var columns: String {
      gate.backend == .postgres
        ? "id, user_id, level, message, context, created_at"
        : "id, user_id, \(level) AS level, message, nullif(context, '') AS context, created_at"
    }

    private static func record(_ row: Row) throws -> Record {
      Record(
        id: try row["id"],
        content: LogLine(
          userID: try row["user_id"], level: try row["level"], message: try row["message"],
          context: try row["context"]),
        createdAt: try row["created_at", as: AnyInstant.self].time)
    }

    /// Notes a line.
    @discardableResult
    public func append(_ line: LogLine) async throws -> Record {
      try await gate.write(.insert) { transaction in
        let row = try await transaction.one(
          "INSERT INTO logs (user_id, level, message, context, created_at) VALUES ($1, $2, $3, $4, $5) RETURNING \(columns)",
          [line.userID, line.level, line.message, line.context, clock.now])
        guard let row else { throw RepositoryError.notFound(entity: "logs", key: "") }
        return try Self.record(row)
      }
    }

    /// The lines in the order in which they were noted, the latest first.
    ///
    /// - Parameter level: only those of this level; nil for all.
    public func page(level: LogLevel? = nil, after cursor: PageCursor? = nil, limit: Int = 100) async throws
      -> Page<Record>
    {
      let last = try cursor.map { cursor in
        guard let id = Int(cursor.key) else { throw RepositoryError.invalidCursor }
        return id
      }
      let limit = min(max(limit, 1), 1000)
      var condition = "id < $1"
      var values: [(any DatabaseEncodable)?] = [last ?? Int.max]
      if let level {
        condition += " AND \(self.level) = $2"
        values.append(level)
      }
      let rows = try await gate.reading.select(
        "\(columns) FROM logs WHERE \(condition) ORDER BY id DESC LIMIT \(limit + 1)", values
      ).map(Self.record)
      return Page(
        items: Array(rows.prefix(limit)),
        next: rows.count > limit ? PageCursor(rows[limit - 1].createdAt, "\(rows[limit - 1].id)") : nil)
    }

    /// Deletes lines that were noted before a time.
    ///
    /// - Returns: how many.
    @discardableResult
    public func delete(before time: Date) async throws -> Int {
      let isBefore =
        gate.backend == .postgres ? "created_at < $1::timestamptz" : "datetime(created_at) < datetime($1)"
      return try await gate.write(.delete) { transaction in
        try await transaction.run("DELETE FROM logs WHERE \(isBefore)", [time])
      }
    }
  }
}
