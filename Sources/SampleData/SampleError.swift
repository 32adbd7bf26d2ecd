/// Why a sample can't be made.
public struct SampleError: Error, Sendable, CustomStringConvertible {
  /// A sentence that says what to do.
  public let description: String
  init(_ description: String) { self.description = description }
}
