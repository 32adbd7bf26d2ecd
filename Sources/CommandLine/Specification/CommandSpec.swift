/// One line that a user could type, and what it does.
public struct ExampleSpec: Sendable, Equatable {
  /// The whole command line, the program's name included.
  public var command: String
  /// What it does, in one sentence.
  public var says: String

  /// Describes an example.
  public init(_ command: String, says: String) {
    self.command = command
    self.says = says
  }
}

/// One command of the program, a group of subcommands, or both.
public struct CommandSpec: Sendable, Equatable {
  /// The word that the user types: `list` in `kedge quarantine list`.
  public var name: String
  /// One sentence for lists of commands.
  public var summary: String
  /// Paragraphs for the help page, parted by empty lines; lines that begin with two spaces stay as they
  /// are.
  public var discussion: String
  /// The command's own options. One with the name of a global option replaces it on the command's help
  /// page.
  public var options: [OptionSpec]
  /// The command's arguments, in order.
  public var arguments: [ArgumentSpec]
  /// What one could type.
  public var examples: [ExampleSpec]
  /// The exit codes that this command can end with; empty means all of the program's.
  public var exitCodes: [Int]
  /// What exit codes tell of this command, where the program's own words are too general.
  public var exitMeanings: [Int: String]
  /// The commands below this one. A command with subcommands has no arguments: its next word names one of them.
  public var subcommands: [CommandSpec]
  /// Whether a command with subcommands also does something without one: `kedge audit` beside `kedge audit history`.
  public var runsAlone: Bool

  /// Describes a command or, with `subcommands`, a group; with `runsAlone`, both in one.
  public init(
    _ name: String, summary: String, discussion: String = "", options: [OptionSpec] = [],
    arguments: [ArgumentSpec] = [], examples: [ExampleSpec] = [], exitCodes: [Int] = [],
    exitMeanings: [Int: String] = [:], subcommands: [CommandSpec] = [], runsAlone: Bool = false
  ) {
    self.name = name
    self.summary = summary
    self.discussion = discussion
    self.options = options
    self.arguments = arguments
    self.examples = examples
    self.exitCodes = exitCodes
    self.exitMeanings = exitMeanings
    self.subcommands = subcommands
    self.runsAlone = runsAlone
  }
}

extension CommandSpec {
  /// Whether the command only holds subcommands.
  var isGroup: Bool { !subcommands.isEmpty && !runsAlone }

  /// Whether a word after the command names one of its subcommands.
  var hasSubcommands: Bool { !subcommands.isEmpty }
}
