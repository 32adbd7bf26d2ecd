/// A value of a command that has no option name: `ID` in `kedge quarantine show ID`.
public struct ArgumentSpec: Sendable, Equatable {
  /// What stands for the argument in help pages, in capitals: `ID`.
  public var placeholder: String
  /// One sentence for the help page.
  public var help: String
  /// How the text is checked.
  public var syntax: ValueSyntax
  /// Whether leaving it out is a usage error.
  public var isRequired: Bool
  /// Whether any number of them may be given. Only the last argument of a command may repeat.
  public var repeats: Bool
  /// Whether the values must stand after `--`, since they are meant for another program.
  public var followsTerminator: Bool

  /// Describes an argument; the default is one required text.
  public init(
    _ placeholder: String, _ syntax: ValueSyntax = .text, help: String, isRequired: Bool = true,
    repeats: Bool = false, followsTerminator: Bool = false
  ) {
    self.placeholder = placeholder
    self.help = help
    self.syntax = syntax
    self.isRequired = isRequired
    self.repeats = repeats
    self.followsTerminator = followsTerminator
  }

  /// The argument in a usage line: `ID`, `[ID…]`, `[-- ARGUMENT…]`.
  var usage: String {
    let body = (followsTerminator ? "-- " : "") + placeholder + (repeats ? "..." : "")
    return isRequired ? body : "[\(body)]"
  }
}
