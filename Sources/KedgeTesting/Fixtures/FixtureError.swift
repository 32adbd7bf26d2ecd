/// A record that can't be made so that its mapping takes it.
public struct FixtureError: Error, Sendable, CustomStringConvertible {
  /// A sentence that names the entity and column, and says what to do.
  public let description: String

  init(_ description: String) { self.description = description }
}
