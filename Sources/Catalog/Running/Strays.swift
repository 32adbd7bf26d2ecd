internal import Postgres

/// What a lost connection leaves behind while its member lives on: a process of the server's that hasn't noticed, and
/// leases whose answer never came.
extension Catalog {
  /// Ends what the server still has of a connection that the member has lost. It would keep its locks for as long as the
  /// network says nothing, and what was sent to it could still be committed.
  ///
  /// - Returns: whether it is gone; ask again if not, as ending takes a moment.
  public func endConnection(_ process: Int, of member: Member) throws -> Bool {
    // By its name, too: the number may be another session's by now. Behind a pooler it is nobody's.
    try connection.query(
      """
      SELECT count(pg_terminate_backend(pid)) AS n FROM pg_stat_activity
      WHERE pid = $1 AND application_name = $2 AND datname = current_database()
      """, [.integer(process), .text(member.applicationName)]
    ).first?.int("n") == 0
  }

  /// Gives back what the member holds by the tables, but by nobody's knowledge: it was leased in a statement, or was to be
  /// given back in one, whose connection was lost.
  ///
  /// - Parameters:
  ///   - chunks: those that its workers do hold.
  ///   - completions: entities whose completion they do hold.
  public func releaseStrays(
    _ run: Run, of member: Member, chunks: [(entity: String, number: Int)], completions: [String]
  ) throws {
    _ = try connection.execute(
      """
      UPDATE kedge.chunks SET member = NULL
      WHERE run = $1 AND member = $2 AND NOT is_done AND chunk || ' ' || entity <> ALL ($3::text[])
      """,
      [
        .integer(run.id), .integer(member.id),
        .text(arrayLiteral(chunks.map { "\($0.number) \($0.entity)" })),
      ])
    _ = try connection.execute(
      """
      UPDATE kedge.run_entities SET member = NULL
      WHERE run = $1 AND member = $2 AND NOT is_done AND entity <> ALL ($3::text[])
      """, [.integer(run.id), .integer(member.id), .text(arrayLiteral(completions))])
  }
}
