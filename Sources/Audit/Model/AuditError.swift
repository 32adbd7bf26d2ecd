/// What stops an audit.
public enum AuditError: Error, Sendable, CustomStringConvertible {
  case noTable(entity: String, table: String)
  case schemaDiffers([String])
  case interrupted

  public var description: String {
    switch self {
    case .noTable(let entity, let table):
      "entity \"\(entity)\": the target has no table \(table) yet; run: kedge backfill"
    case .schemaDiffers(let differences):
      "the target's schema isn't what the mapping says, so its values can't be compared:\n"
        + differences.map { "  - \($0)" }.joined(separator: "\n")
    case .interrupted: "interrupted; run the same command again to go on from the last finished chunk"
    }
  }
}
