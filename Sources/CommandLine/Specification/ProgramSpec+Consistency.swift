extension ProgramSpec {
  /// What is wrong with the declaration itself, as sentences; empty when all is well. Meant for a test of
  /// the program.
  ///
  /// Looks for names that are taken twice, arguments that could never be reached, groups with arguments,
  /// examples that don't parse, and exit codes that aren't declared.
  public func inconsistencies() -> [String] {
    var found = Self.repeated(everyCommand.map(\.name)).map { "The command '\($0)' is declared twice." }
    found += Self.repeated(everyGlobalOption.flatMap(\.spellings)).map {
      "The global option '\($0)' is declared twice."
    }
    for (path, command) in everyPath {
      let title = path.joined(separator: " ")
      found += Self.repeated(options(of: command).flatMap(\.spellings)).map {
        "'\(title)': the option '\($0)' is declared twice."
      }
      found += Self.repeated(command.subcommands.map(\.name)).map {
        "'\(title)': the subcommand '\($0)' is declared twice."
      }
      found += objections(toGroup: command, title)
      let ordinary = command.arguments.filter { !$0.followsTerminator }
      if ordinary.dropLast().contains(where: { $0.repeats || !$0.isRequired }) {
        found.append("'\(title)': only the last argument may repeat or be left out.")
      }
      for option in command.options {
        if let global = everyGlobalOption.first(where: { $0.name == option.name }),
          global.kind != option.kind || global.repeats != option.repeats
        {
          found.append("'\(title)': '--\(option.name)' replaces a global option of another kind.")
        }
      }
      for code in command.exitCodes where !exitCodes.contains(where: { $0.code == code }) {
        found.append("'\(title)': the exit code \(code) isn't declared.")
      }
      found += command.examples.compactMap { objection(to: $0, of: path) }
    }
    return found + examples.compactMap { objection(to: $0, of: []) }
  }

  /// A word after a command with subcommands names one of them, and an option read before it must mean the same after it.
  private func objections(toGroup command: CommandSpec, _ title: String) -> [String] {
    guard command.hasSubcommands else {
      return command.runsAlone ? ["'\(title)': it has no subcommands, so it always runs alone."] : []
    }
    var found: [String] = []
    if !command.arguments.isEmpty {
      found.append("'\(title)': a command with subcommands can't take arguments.")
    }
    if command.isGroup && !command.options.isEmpty {
      found.append("'\(title)': a group that doesn't run alone can't take options.")
    }
    for subcommand in command.subcommands {
      for option in subcommand.options {
        guard let own = command.options.first(where: { $0.name == option.name }) else { continue }
        if own.kind != option.kind || own.repeats != option.repeats || own.short != option.short {
          found.append(
            "'\(title) \(subcommand.name)': '--\(option.name)' is another kind of option in '\(title)'.")
        }
      }
    }
    return found
  }

  /// An example of a group may show any of its subcommands.
  private func objection(to example: ExampleSpec, of path: [String]) -> String? {
    let words = ShellWords.split(example.command)
    guard words.first == name else { return "The example '\(example.command)' doesn't begin with '\(name)'." }
    switch parse(Array(words.dropFirst()), width: 80, color: false) {
    case .usageError(let message):
      return "The example '\(example.command)' doesn't parse: \(message)"
    case .run(let parsed) where !parsed.path.starts(with: path):
      return "The example '\(example.command)' runs another command."
    default:
      return nil
    }
  }

  private static func repeated(_ names: [String]) -> [String] {
    var seen = Set<String>()
    return names.filter { !seen.insert($0).inserted }
  }
}

/// The words of an example: enough of a shell's rules for the lines on a help page.
enum ShellWords {
  /// Splits at spaces outside quotes, and stops at a pipe, a redirection or a second command.
  static func split(_ line: String) -> [String] {
    var words: [String] = []
    var word: String?
    var quote: Character?
    for character in line {
      if let open = quote {
        if character == open { quote = nil } else { word = (word ?? "") + String(character) }
      } else if character == "'" || character == "\"" {
        quote = character
        word = word ?? ""
      } else if character == " " {
        if let finished = word { words.append(finished) }
        word = nil
      } else if "|<>;&".contains(character) {
        break
      } else {
        word = (word ?? "") + String(character)
      }
    }
    if let finished = word { words.append(finished) }
    return words
  }
}
