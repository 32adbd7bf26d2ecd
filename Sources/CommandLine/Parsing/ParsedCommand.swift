/// What the user asked for, checked against the program's declaration.
public struct ParsedCommand: Sendable, Equatable {
  /// The command's words: `["quarantine", "list"]`.
  public let path: [String]
  /// The arguments before and after `--`, in order.
  public let arguments: [String]

  let declaredNames: Set<String>
  let flags: Set<String>
  let valuesByName: [String: [String]]

  /// Whether the command takes the option at all.
  public func takes(_ name: String) -> Bool { declaredNames.contains(name) }

  /// Whether the flag was given. Asking for a name that isn't declared is a mistake in the program.
  public func flag(_ name: String) -> Bool {
    assert(declaredNames.contains(name), "No option '--\(name)' is declared for '\(path)'.")
    return flags.contains(name)
  }

  /// The option's value, or `nil` when it wasn't given; for one that repeats, the last.
  public func value(_ name: String) -> String? {
    values(name).last
  }

  /// Every value that was given for the option, in order.
  public func values(_ name: String) -> [String] {
    assert(declaredNames.contains(name), "No option '--\(name)' is declared for '\(path)'.")
    return valuesByName[name] ?? []
  }

  /// The value of an integer option, already known to be in its range; `nil` when it wasn't given.
  public func integer(_ name: String) -> Int? {
    value(name).flatMap { Int($0) }
  }

  /// The value of a duration option; `nil` when it wasn't given.
  public func duration(_ name: String) -> Duration? {
    value(name).flatMap(DurationText.parse)
  }
}

/// What the program should do with its command line.
public enum ParseOutcome: Sendable, Equatable {
  /// Run the command.
  case run(ParsedCommand)
  /// Print the page to standard output and end with 0.
  case help(String)
  /// Print the line to standard output and end with 0.
  case version(String)
  /// Print the text to standard error and end with 2.
  case usageError(String)
}

extension ProgramSpec {
  /// Reads the arguments, the program's own name excluded.
  ///
  /// - Parameters:
  ///   - width: the number of columns to which help pages are wrapped.
  ///   - color: whether texts may hold ANSI escape sequences.
  public func parse(_ arguments: [String], width: Int, color: Bool) -> ParseOutcome {
    var parser = CommandParser(program: self, arguments: arguments)
    let style = ANSIStyle(isEnabled: color)
    do {
      switch try parser.parse() {
      case .run(let command): return .run(command)
      case .help(let path): return .help(helpPage(for: path, width: width, color: color))
      case .version: return .version("\(name) \(version)\n")
      }
    } catch {
      // Help that was asked for anywhere wins over what is wrong elsewhere on the line.
      if parser.asksForHelp { return .help(helpPage(for: parser.path, width: width, color: color)) }
      let command = ([name] + parser.path).joined(separator: " ")
      return .usageError(
        """
        \(style.boldRed("error:")) \(error.message)
        Usage: \(usageLine(for: parser.path))
        See '\(command) --help'.

        """)
    }
  }
}
