/// One change that was made to a source behind the engine's back.
public struct Disturbance: Sendable, Equatable {
  public enum Change: String, Sendable { case changed, deleted, added }
  public var change: Change
  /// The collection or table.
  public var place: String
  /// The record's key as text.
  public var key: String
  /// What was changed in it, for `changed`.
  public var field: String?

  init(_ change: Change, _ place: String, _ key: String, field: String? = nil) {
    self.change = change
    self.place = place
    self.key = key
    self.field = field
  }
}
