/// A number that the program ends with, and its meaning.
public struct ExitCodeSpec: Sendable, Equatable {
  /// The process's exit status.
  public var code: Int
  /// What it tells a script.
  public var meaning: String

  /// Describes an exit code.
  public init(_ code: Int, _ meaning: String) {
    self.code = code
    self.meaning = meaning
  }
}

/// An environment variable that the program reads.
public struct EnvironmentSpec: Sendable, Equatable {
  /// The variable's name, or several, parted by commas.
  public var name: String
  /// What it sets.
  public var help: String

  /// Describes an environment variable.
  public init(_ name: String, _ help: String) {
    self.name = name
    self.help = help
  }
}

/// A whole command-line program, declared: parsing, help pages and completion scripts all come from this
/// value.
///
/// The options `--help` (`-h`) and `--version` and the command `help` belong to every program; don't
/// declare them.
public struct ProgramSpec: Sendable, Equatable {
  /// The name that the user types.
  public var name: String
  /// What `--version` prints after the name.
  public var version: String
  /// One sentence for the head of the help page.
  public var summary: String
  /// Paragraphs for the help page.
  public var discussion: String
  /// Options that every command takes, before or after the command's name.
  public var globalOptions: [OptionSpec]
  /// The commands, in the order of the help page.
  public var commands: [CommandSpec]
  /// What the program's exit status means.
  public var exitCodes: [ExitCodeSpec]
  /// The environment variables that the program reads.
  public var environment: [EnvironmentSpec]
  /// What one could type.
  public var examples: [ExampleSpec]

  /// Describes a program.
  public init(
    name: String, version: String, summary: String, discussion: String = "", globalOptions: [OptionSpec],
    commands: [CommandSpec], exitCodes: [ExitCodeSpec] = [], environment: [EnvironmentSpec] = [],
    examples: [ExampleSpec] = []
  ) {
    self.name = name
    self.version = version
    self.summary = summary
    self.discussion = discussion
    self.globalOptions = globalOptions
    self.commands = commands
    self.exitCodes = exitCodes
    self.environment = environment
    self.examples = examples
  }
}

extension ProgramSpec {
  /// The declared global options, then those that every program has.
  var everyGlobalOption: [OptionSpec] {
    globalOptions + [
      .flag("help", short: "h", help: "Show help for the program or the command."),
      .flag("version", help: "Show the version."),
    ]
  }

  /// The declared commands, then `help`.
  var everyCommand: [CommandSpec] {
    let helpCommand = CommandSpec(
      "help", summary: "Show help for a command.",
      arguments: [
        ArgumentSpec(
          "COMMAND", help: "The command, with its subcommand if it has one.", isRequired: false,
          repeats: true)
      ],
      examples: commands.prefix(2).map { command in
        ExampleSpec("\(name) help \(command.name)", says: "Show what '\(command.name)' does and takes.")
      })
    return commands + [helpCommand]
  }

  /// The command at `path`; `nil` when there is none, or when the path is empty.
  func command(at path: [String]) -> CommandSpec? {
    var found: CommandSpec?
    for word in path {
      guard let next = (found?.subcommands ?? everyCommand).first(where: { $0.name == word }) else {
        return nil
      }
      found = next
    }
    return found
  }

  /// The options that are understood at a command: its own, then the global ones that it doesn't replace.
  func options(of command: CommandSpec?) -> [OptionSpec] {
    let own = command?.options ?? []
    return own + everyGlobalOption.filter { global in !own.contains { $0.name == global.name } }
  }

  /// Every command with its path from the program's name on, groups before their subcommands.
  var everyPath: [(path: [String], command: CommandSpec)] {
    func paths(_ commands: [CommandSpec], under parent: [String]) -> [(path: [String], command: CommandSpec)]
    {
      commands.flatMap { command in
        let path = parent + [command.name]
        return [(path: path, command: command)] + paths(command.subcommands, under: path)
      }
    }
    return paths(everyCommand, under: [])
  }
}
