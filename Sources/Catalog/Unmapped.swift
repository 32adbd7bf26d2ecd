public import Codec
internal import Postgres

/// Fields that a run met and that nothing maps.
extension Catalog {
  /// Adds a chunk's counts to the run's.
  public func addUnmapped(_ run: Run, entity: String, _ fields: [UnmappedField]) throws {
    for field in fields {
      // In quotes, as the word null would be a NULL.
      let kinds = "{" + field.kinds.map { "\"\($0.name)\"" }.joined(separator: ",") + "}"
      _ = try connection.execute(
        """
        INSERT INTO kedge.unmapped (run, entity, path, records, kinds, example)
        VALUES ($1, $2, $3, $4, $5::text[], $6)
        ON CONFLICT (run, entity, path) DO UPDATE SET records = kedge.unmapped.records + excluded.records,
          kinds = ARRAY(SELECT DISTINCT k FROM unnest(kedge.unmapped.kinds || excluded.kinds) k)
        """,
        [
          .integer(run.id), .text(entity), .text(field.path), .integer(field.count), .text(kinds),
          .text(field.example),
        ])
    }
  }

  /// What the run met so far: the most frequent field first.
  public func unmapped(_ run: Run, entity: String) throws -> [UnmappedField] {
    try connection.query(
      """
      SELECT path, records, array_to_string(kinds, ',') AS kinds, example FROM kedge.unmapped
      WHERE run = $1 AND entity = $2 ORDER BY records DESC, path
      """, [.integer(run.id), .text(entity)]
    ).map { row in
      let kinds = (try row["kinds"] ?? "").split(separator: ",")
      return UnmappedField(
        path: try row["path"] ?? "", count: try row.int("records"),
        kinds: ValueKind.allCases.filter { kind in kinds.contains { $0 == kind.name } },
        example: try row["example"] ?? "")
    }
  }
}
