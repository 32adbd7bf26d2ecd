/// What a reset did, or would do.
public struct ResetReport: Sendable {
  /// What happens to one table or collection.
  public struct Item: Sendable, Equatable {
    /// The entity's name.
    public var entity: String
    /// The store's name.
    public var store: String
    /// The table or collection.
    public var object: String
    /// Records that go, or went.
    public var removed: Int
    /// Records that stay.
    public var kept: Int
  }
  /// The target database's name.
  public var database: String
  /// The number under which it is written down; nil before it begins.
  public var reset: Int?
  /// Whether it goes on with one that was begun before.
  public var isResumed = false
  /// In the order in which they are emptied.
  public var items: [Item] = []
  /// What isn't touched, and why; and what a person should know before it begins.
  public var notes: [String] = []
  /// Keep rules that match nothing: most likely not what their author wanted.
  public var idleRules: [String] = []
  /// Tables and collections that no entity declares.
  public var undeclared: [String] = []
  /// What is still to be said when it is done.
  public var advice: [String] = []

  /// Records that go in all.
  public var removed: Int { items.reduce(0) { $0 + $1.removed } }
  /// Records that stay in all.
  public var kept: Int { items.reduce(0) { $0 + $1.kept } }
}
