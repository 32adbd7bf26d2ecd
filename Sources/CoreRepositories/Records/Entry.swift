/// A row of reference data: its key, and what it holds. Such rows have no times.
///
/// The contents are reached directly: `spirit.price` is `spirit.content.price`.
@dynamicMemberLookup
public struct Entry<Content: Sendable, ID: Sendable & Hashable>: Sendable, Identifiable {
  /// The row's key.
  public let id: ID
  /// What it holds.
  public var content: Content

  /// A row from its parts.
  public init(id: ID, content: Content) {
    self.id = id
    self.content = content
  }

  /// A part of the contents.
  public subscript<Value>(dynamicMember path: WritableKeyPath<Content, Value>) -> Value {
    get { content[keyPath: path] }
    set { content[keyPath: path] = newValue }
  }

  /// A part of the contents that can't be set alone.
  public subscript<Value>(dynamicMember path: KeyPath<Content, Value>) -> Value { content[keyPath: path] }
}

extension Entry: Equatable where Content: Equatable {}
