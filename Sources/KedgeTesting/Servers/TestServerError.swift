/// A temporary server that can't be had.
public struct TestServerError: Error, Sendable, CustomStringConvertible {
  /// A sentence that says what is wrong, and what to install or to set.
  public let description: String

  init(_ description: String) { self.description = description }
}
