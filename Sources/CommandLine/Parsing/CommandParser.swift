/// Why a command line can't be understood, as one or two sentences.
struct UsageFailure: Error, Equatable {
  var message: String
}

/// Reads one command line from left to right. Holds no state but what it has read so far.
struct CommandParser {
  enum Request {
    case run(ParsedCommand)
    case help([String])
    case version
  }

  let program: ProgramSpec
  var remaining: ArraySlice<String>
  /// The words of the command so far.
  private(set) var path: [String] = []
  private(set) var command: CommandSpec?
  var flags = Set<String>()
  var values: [String: [String]] = [:]
  private var arguments: [String] = []
  private var argumentsAfterTerminator: [String] = []

  init(program: ProgramSpec, arguments: [String]) {
    self.program = program
    self.remaining = arguments[...]
  }

  /// Whether help was asked for, in what has been read or in what is left before `--`.
  var asksForHelp: Bool {
    flags.contains("help")
      || remaining.prefix { $0 != "--" }.contains { $0 == "--help" || $0 == "-h" }
  }

  mutating func parse() throws(UsageFailure) -> Request {
    while let word = remaining.popFirst() {
      if word == "--" {
        argumentsAfterTerminator = Array(remaining)
        remaining = []
      } else if word.hasPrefix("--") {
        try readLongOption(word)
      } else if word.hasPrefix("-") && word != "-" && !isNegativeNumber(word) {
        try readShortOptions(word)
      } else if command == nil && word == "help" {
        return try readHelpRequest()
      } else if command?.hasSubcommands ?? true {
        try descend(to: word)
      } else {
        arguments.append(word)
      }
    }
    if flags.contains("help") { return .help(path) }
    if flags.contains("version") { return .version }
    return try finish()
  }

  private mutating func readHelpRequest() throws(UsageFailure) -> Request {
    let words = remaining.filter { !$0.hasPrefix("-") }
    for word in words { try descend(to: word) }
    return .help(path)
  }

  private mutating func descend(to word: String) throws(UsageFailure) {
    let candidates = command.map(\.subcommands) ?? program.everyCommand
    guard let found = candidates.first(where: { $0.name == word }) else {
      throw UsageFailure(message: unknownCommand(word, among: candidates.map(\.name)))
    }
    path.append(word)
    command = found
    try checkOptionsBefore(found)
  }

  /// What was given to a command that runs alone means nothing to its subcommand, and must not be dropped unseen.
  private func checkOptionsBefore(_ subcommand: CommandSpec) throws(UsageFailure) {
    let known = program.options(of: subcommand).map(\.name)
    let given = flags.union(values.keys).sorted()
    guard let stray = given.first(where: { !known.contains($0) }) else { return }
    let title = path.joined(separator: " ")
    throw UsageFailure(
      message:
        "The option '--\(stray)' belongs to '\(path.dropLast().joined(separator: " "))' alone; '\(title)' doesn't"
        + " take it.")
  }

  private func unknownCommand(_ word: String, among candidates: [String]) -> String {
    guard let command else {
      let elsewhere = program.everyPath.filter { $0.path.count > 1 && $0.path.last == word }
      let hint =
        elsewhere.count == 1
        ? " Did you mean '\(elsewhere[0].path.joined(separator: " "))'?"
        : Suggestion.sentence(for: word, among: candidates)
      return "Unknown command '\(Redaction.shown(word))'.\(hint)"
    }
    if !command.hasSubcommands { return "'\(path.joined(separator: " "))' has no subcommands." }
    let hint = Suggestion.sentence(for: word, among: candidates)
    let title = path.joined(separator: " ")
    return "Unknown subcommand '\(Redaction.shown(word))' of '\(title)'."
      + (hint.isEmpty ? " It has \(WordList.both(candidates))." : hint)
  }

  private func finish() throws(UsageFailure) -> Request {
    guard let command else {
      if flags.isEmpty && values.isEmpty && argumentsAfterTerminator.isEmpty { return .help([]) }
      throw UsageFailure(message: "No command is given.")
    }
    let title = path.joined(separator: " ")
    if command.isGroup {
      let names = WordList.either(command.subcommands.map(\.name))
      throw UsageFailure(message: "'\(title)' needs a subcommand: \(names).")
    }
    for option in command.options where option.isRequired && values[option.name] == nil {
      throw UsageFailure(message: "'\(title)' needs the option '\(option.invocation)'.")
    }
    try checkArguments(of: command)
    return .run(
      ParsedCommand(
        path: path, arguments: arguments + argumentsAfterTerminator,
        declaredNames: Set(program.options(of: command).map(\.name)), flags: flags, valuesByName: values))
  }

  /// Deals the arguments out to their declarations. Those after `--` go to an argument that asks for that
  /// place, or else count like any other.
  private func checkArguments(of command: CommandSpec) throws(UsageFailure) {
    let ordinary = command.arguments.filter { !$0.followsTerminator }
    let afterTerminator = command.arguments.filter(\.followsTerminator)
    if afterTerminator.isEmpty {
      try check(arguments + argumentsAfterTerminator, against: ordinary)
    } else {
      if arguments.count > ordinary.count, let last = afterTerminator.last {
        throw UsageFailure(
          message: "Unexpected argument '\(Redaction.shown(arguments[ordinary.count]))'. Write '--' before "
            + "\(last.placeholder).")
      }
      try check(arguments, against: ordinary)
      try check(argumentsAfterTerminator, against: afterTerminator)
    }
  }

  private func check(_ given: [String], against declared: [ArgumentSpec]) throws(UsageFailure) {
    var given = given[...]
    for argument in declared {
      let count = argument.repeats ? given.count : min(1, given.count)
      if count == 0 && argument.isRequired {
        throw UsageFailure(
          message: "'\(path.joined(separator: " "))' needs the argument \(argument.placeholder).")
      }
      for text in given.prefix(count) {
        if let objection = argument.syntax.objection(to: text) {
          throw UsageFailure(message: "The argument \(argument.placeholder) \(objection)")
        }
      }
      given = given.dropFirst(count)
    }
    if let extra = given.first {
      throw UsageFailure(message: "Unexpected argument '\(Redaction.shown(extra))'.")
    }
  }

  /// `-5` is a number, not an option, unless a digit is declared as a short name.
  func isNegativeNumber(_ word: String) -> Bool {
    word.hasPrefix("-") && word.count > 1 && Int(word) != nil
  }
}
