internal import Postgres

/// A run as somebody sees it who steers it from outside.
public struct RunSummary: Sendable, Equatable {
  public var id: Int
  /// `running`, `done`, `failed` or `interrupted`.
  public var state: String
  /// Whether it is to stand still.
  public var isPaused: Bool
  /// Records per second for the whole run; nil for no limit.
  public var rate: Int?

  /// Whether it may still go on.
  public var isUnfinished: Bool { state == "running" || state == "interrupted" }
}

/// Steering a run from another process: its members hear of it with their next heartbeat, within a second.
extension Catalog {
  /// The run to steer: `asked`, else the set's latest.
  ///
  /// - Parameter needsMembers: refuse a run that no process works on.
  /// - Throws: ``CatalogError`` when there is none that could be steered.
  public func steerable(set: String, asked: Int?, needsMembers: Bool) throws -> RunSummary {
    guard let asked else {
      let latest = try summaries(set: set).first
      guard let latest, latest.isUnfinished, try !needsMembers || isAtWork(latest) else {
        throw CatalogError.nothingRuns(set: set, latest: latest)
      }
      return latest
    }
    // Says what is wrong with a number that isn't one of this set's runs.
    _ = try request(of: asked, set: set)
    guard let run = try summaries(set: set, id: asked).first else {
      throw CatalogError.runOfOtherSet(asked, set: try setName(of: asked))
    }
    guard run.isUnfinished, try !needsMembers || isAtWork(run) else { throw CatalogError.notAtWork(run) }
    return run
  }

  /// Lets a run stand still, or go on.
  public func set(isPaused: Bool, run: Int) throws {
    _ = try connection.execute(
      "UPDATE kedge.runs SET wish = $2 WHERE id = $1", [.integer(run), .text(isPaused ? "pause" : "run")])
  }

  /// Sets the records per second that all members together may read; nil for no limit.
  public func set(rate: Int?, run: Int) throws {
    _ = try connection.execute(
      "UPDATE kedge.runs SET rate = $2 WHERE id = $1", [.integer(run), rate.map { .integer($0) } ?? .null])
  }

  /// The set's unfinished run, if its latest is one.
  public func unfinishedRun(set: String) throws -> RunSummary? {
    try summaries(set: set).first.flatMap { $0.isUnfinished ? $0 : nil }
  }

  private func isAtWork(_ run: RunSummary) throws -> Bool {
    try liveMembers(Run(id: run.id, isResumed: false)) > 0
  }

  private func setName(of run: Int) throws -> String {
    try connection.query("SELECT set_name FROM kedge.runs WHERE id = $1", [.integer(run)]).first?["set_name"]
      ?? ""
  }

  /// Backfills of the set, the latest first.
  private func summaries(set: String, id: Int? = nil) throws -> [RunSummary] {
    try connection.query(
      """
      SELECT id, state, wish, rate FROM kedge.runs
      WHERE kind = 'backfill' AND set_name = $1 AND ($2::bigint IS NULL OR id = $2) ORDER BY id DESC LIMIT 1
      """, [.text(set), id.map { .integer($0) } ?? .null]
    ).map { row in
      RunSummary(
        id: try row.int("id"), state: try row["state"] ?? "", isPaused: try row["wish"] == "pause",
        rate: try row["rate"] == nil ? nil : try row.int("rate"))
    }
  }
}
