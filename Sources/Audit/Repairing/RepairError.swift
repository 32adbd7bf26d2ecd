public import Mapping

/// What stops a repair, or keeps it from beginning.
public enum RepairError: Error, Sendable, CustomStringConvertible {
  /// The file can't be read or written.
  case file(String, reason: String)
  /// A line isn't one that Kedge wrote.
  case notAPlan(String, line: Int)
  /// A line was altered, or comes from another plan.
  case altered(String, line: Int)
  /// The plan's last line isn't there.
  case cutOff(String)
  /// A plan of another mapping, source or target.
  case otherWorld(String, [String])
  /// Postgres owns the entity.
  case owned(entity: String, phase: Entity.Phase)
  /// Asked to end.
  case interrupted(written: Int, run: Int)
  /// An error came in the middle.
  case stopped(written: Int, run: Int, reason: String)

  public var description: String {
    switch self {
    case .file(let file, let reason): "the plan \"\(file)\": \(reason)"
    case .notAPlan(let file, let line):
      "the plan \"\(file)\", line \(line): this isn't a line that kedge wrote; make a plan with: kedge audit --plan FILE"
    case .altered(let file, let line):
      "the plan \"\(file)\", line \(line): the line isn't as it was written, so nothing of the plan is done. Lines may be"
        + " removed, but not altered, repeated or taken from another plan; make a new one with: kedge audit --plan FILE"
    case .cutOff(let file):
      "the plan \"\(file)\" has no last line: it was cut off, so nothing of it is done. To leave actions out, remove their"
        + " lines alone"
    case .otherWorld(let file, let differences):
      "the plan \"\(file)\" was made for another world, so nothing of it is done: \(differences.joined(separator: "; "))."
        + " Make a new one with: kedge audit --plan FILE"
    case .owned(let entity, let phase):
      "entity \"\(entity)\" is in phase \(phase.rawValue): Postgres owns it, and the old store must not overwrite it"
    case .interrupted(let written, let run):
      "interrupted; \(Self.so(far: written, run)). Run the same command again to go on"
    case .stopped(let written, let run, let reason):
      "the repair stopped: \(reason)\n\(Self.so(far: written, run)). Run the same command again to go on"
    }
  }

  private static func so(far written: Int, _ run: Int) -> String {
    written == 0
      ? "nothing has been repaired yet"
      : "\(written) repairs are committed, and logged in kedge.audit_repairs of run \(run)"
  }
}
