extension PostgresSettings {
  /// The same database, by sessions that say who writes: guardrails in the database ask for `kedge.writer`.
  public func writing(as writer: String) -> PostgresSettings {
    var settings = self
    settings.sessionSettings["kedge.writer"] = writer
    return settings
  }
}
