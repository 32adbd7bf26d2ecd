/// Why a text isn't a path.
public struct ValuePathError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The 0-based place of the offending character, in Unicode scalars.
  public var offset: Int
  public var message: String

  public init(offset: Int, message: String) {
    self.offset = offset
    self.message = message
  }

  public var description: String { "\(message) (at character \(offset + 1) of the path)" }
}
