/// Something that a migration does better in another way.
public struct LintRule: Sendable, Equatable {
  /// The name that a file allows it by.
  public let id: String
  /// What is dangerous.
  public let danger: String
  /// What to do in its place.
  public let saferWay: String

  /// Every rule, in the order of its page, `docs/migration-lint.md`.
  public static let all: [LintRule] = [
    LintRule(
      id: "add-required-column",
      danger: "a NOT NULL column without a default fails on a table that has rows",
      saferWay: "give it a DEFAULT, or add it without NOT NULL, fill it, and set NOT NULL afterwards"),
    LintRule(
      id: "volatile-default",
      danger:
        "a default that differs from row to row rewrites the table under a lock that stops reads and writes",
      saferWay: "add the column without the default, set the default afterwards, and fill old rows in batches"
    ),
    LintRule(
      id: "change-type",
      danger: "another type may rewrite the table and its indexes under a lock that stops reads and writes",
      saferWay: "add a column of the new type, fill it in batches, and let the application move to it"),
    LintRule(
      id: "index-not-concurrent",
      danger: "building or rebuilding an index stops writes to the table until it is done",
      saferWay: "CREATE INDEX CONCURRENTLY in a migration of its own that says '-- kedge: no-transaction'"),
    LintRule(
      id: "drop-index-not-concurrent",
      danger: "dropping an index stops reads and writes of its table while it waits for its lock",
      saferWay: "DROP INDEX CONCURRENTLY in a migration of its own that says '-- kedge: no-transaction'"),
    LintRule(
      id: "drop-table",
      danger: "the table's data is gone for good, and whatever still uses it fails",
      saferWay: "rename it away once nothing uses it, keep a copy, and drop it later"),
    LintRule(
      id: "drop-column",
      danger: "the column's data is gone for good, and applications that still name it fail",
      saferWay: "let the application stop using it first, and keep a copy"),
    LintRule(
      id: "drop-schema",
      danger: "everything in the schema or database goes with it",
      saferWay: "drop its objects one by one, in migrations that name them"),
    LintRule(
      id: "rename",
      danger: "applications that run while it is applied know the old name alone, and fail",
      saferWay:
        "add the new name beside the old (a column, a view), move the application, drop the old one later"),
    LintRule(
      id: "set-not-null",
      danger: "SET NOT NULL reads the whole table under a lock that stops reads and writes",
      saferWay:
        "ADD CONSTRAINT … CHECK (column IS NOT NULL) NOT VALID, VALIDATE it in a later migration, then SET NOT NULL"
    ),
    LintRule(
      id: "constraint-not-valid",
      danger:
        "a foreign key or check that is added with validation reads the whole table under a lock that stops writes",
      saferWay: "add it NOT VALID, and VALIDATE CONSTRAINT in a later migration"),
    LintRule(
      id: "unique-constraint",
      danger: "a new unique or primary key builds its index under a lock that stops reads and writes",
      saferWay: "CREATE UNIQUE INDEX CONCURRENTLY first, then ADD CONSTRAINT … UNIQUE USING INDEX"),
    LintRule(
      id: "validate-in-same-transaction",
      danger:
        "a constraint that is validated in the transaction that adds it keeps that one's stronger lock while it reads the table",
      saferWay: "VALIDATE CONSTRAINT in a migration of its own"),
    LintRule(
      id: "truncate", danger: "all rows are gone for good, and reads and writes stop meanwhile",
      saferWay: "DELETE in batches, with a condition"),
    LintRule(
      id: "rewrite-table",
      danger:
        "VACUUM FULL, CLUSTER, SET LOGGED, SET TABLESPACE and the like rewrite the table under a lock that stops reads and writes",
      saferWay: "plain VACUUM; to shrink a table, a tool that copies it beside the old one"),
    LintRule(
      id: "lock-table", danger: "LOCK TABLE stops others for as long as the transaction lasts",
      saferWay: "let each statement take the lock that it needs"),
    LintRule(
      id: "several-locks",
      danger:
        "one transaction that locks several tables holds the first while it waits for the next, and can deadlock",
      saferWay: "one migration for each table"),
    LintRule(
      id: "concurrent-in-transaction",
      danger: "PostgreSQL refuses CONCURRENTLY inside a transaction",
      saferWay: "put it into a migration of its own that says '-- kedge: no-transaction'"),
    LintRule(
      id: "delete-without-where", danger: "DELETE without WHERE takes every row",
      saferWay: "say which rows, and delete in batches"),
    LintRule(
      id: "update-without-where",
      danger:
        "UPDATE without WHERE writes every row anew in one transaction, locks them all, and doubles the table",
      saferWay: "fill in batches, outside of schema changes"),
    LintRule(
      id: "no-transaction-mixed",
      danger: "what a migration without a transaction has done stays when a later statement of it fails",
      saferWay: "one statement in each such migration"),
  ]

  /// The rule of that name.
  static func named(_ id: String) -> LintRule? { all.first { $0.id == id } }
}

/// A rule that a statement breaks.
public struct LintFinding: Sendable, Equatable, CustomStringConvertible {
  /// The rule.
  public let rule: LintRule
  /// The migration's file.
  public let file: String
  /// Where the statement begins, from 1.
  public let line: Int
  /// In characters from 1.
  public let column: Int

  /// `file:line:column: warning: … [rule]`
  public var description: String {
    "\(file):\(line):\(column): warning: \(rule.danger); safer: \(rule.saferWay) [\(rule.id)]"
  }
}
