/// Why the private Postgres can't be started, stopped or asked.
public struct LocalPostgresError: Error, Sendable, CustomStringConvertible {
  /// What is wrong and what to do, in sentences.
  public let message: String
  /// What the program that failed printed, or what the server logged meanwhile.
  public let output: String?

  init(_ message: String, output: String? = nil) {
    self.message = message
    self.output = output.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The message, then the output on lines of its own.
  public var description: String {
    guard let output else { return message }
    return message + "\n" + output.split(separator: "\n").map { "  | \($0)" }.joined(separator: "\n")
  }
}
