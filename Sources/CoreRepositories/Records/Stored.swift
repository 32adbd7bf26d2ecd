public import Foundation

/// A row of a table: what it holds, and what the database says of it.
///
/// The contents are reached directly: `user.email` is `user.content.email`. Change them and give the row back to its repository,
/// which finds out whether somebody else was quicker.
@dynamicMemberLookup
public struct Stored<Content: Sendable, ID: Sendable & Hashable>: Sendable, Identifiable {
  /// The row's key.
  public let id: ID
  /// What it holds.
  public var content: Content
  /// When it was made.
  public let createdAt: Date
  /// When it was changed last; nil if it never was, or if the table doesn't say.
  public let updatedAt: Date?

  /// A row from its parts.
  public init(id: ID, content: Content, createdAt: Date, updatedAt: Date? = nil) {
    self.id = id
    self.content = content
    self.createdAt = createdAt
    self.updatedAt = updatedAt
  }

  /// A part of the contents.
  public subscript<Value>(dynamicMember path: WritableKeyPath<Content, Value>) -> Value {
    get { content[keyPath: path] }
    set { content[keyPath: path] = newValue }
  }

  /// A part of the contents that can't be set alone.
  public subscript<Value>(dynamicMember path: KeyPath<Content, Value>) -> Value { content[keyPath: path] }
}

extension Stored: Equatable where Content: Equatable {}
