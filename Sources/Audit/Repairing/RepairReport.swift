/// What a repair did, or why it did nothing.
public struct RepairReport: Sendable, Equatable, Codable {
  /// What became of one entity's actions. Each is in exactly one of the counts after ``planned``.
  public struct EntityRepair: Sendable, Equatable, Codable {
    public var entity: String
    /// Actions of the plan.
    public var planned = 0
    /// Done, and found alike on both sides when they were looked at again.
    public var repaired = 0
    /// As planned before anything was done.
    public var already = 0
    /// Not done, as either side isn't what it was when the plan was made.
    public var changed = 0
    /// Not done, or not with the result that was wanted; ``RepairReport/undone`` says why.
    public var refused = 0
    /// Not reached: another action's change made the whole plan be refused, or nothing was to be done any more.
    public var untouched = 0

    public init(entity: String) { self.entity = entity }
  }

  /// One action that wasn't done.
  public struct Undone: Sendable, Equatable, Codable {
    public var entity: String
    /// `insert`, `update` or `delete`.
    public var action: String
    /// The key's columns as text; digests where the column is personal.
    public var key: [String]
    /// A sentence: why, and what to do.
    public var reason: String

    public init(entity: String, action: String, key: [String], reason: String) {
      self.entity = entity
      self.action = action
      self.key = key
      self.reason = reason
    }
  }

  /// The run under which `kedge.audit_repairs` has what was changed.
  public var run: Int
  public var entities: [EntityRepair] = []
  /// The first actions that weren't done.
  public var undone: [Undone] = []
  /// Actions that a person took out of the plan's file.
  public var leftOut = 0

  public init(run: Int) { self.run = run }

  public var planned: Int { entities.reduce(0) { $0 + $1.planned } }
  public var repaired: Int { entities.reduce(0) { $0 + $1.repaired } }
  public var already: Int { entities.reduce(0) { $0 + $1.already } }
  public var changed: Int { entities.reduce(0) { $0 + $1.changed } }
  public var refused: Int { entities.reduce(0) { $0 + $1.refused } }
  public var untouched: Int { entities.reduce(0) { $0 + $1.untouched } }

  private enum CodingKeys: String, CodingKey {
    case run, entities, undone
    case leftOut = "left_out"
  }
}
