/// Writes the completion script for zsh: one function a command, each built on `_arguments`.
struct ZshCompletion {
  let program: ProgramSpec

  func script() -> String {
    let root = "_\(program.functionName)"
    var functions = [
      function(
        named: root, options: program.everyGlobalOption, subcommands: program.everyCommand, arguments: [])
    ]
    for (path, command) in program.everyPath {
      let name = ([root] + path.map { $0.replacing("-", with: "_") }).joined(separator: "_")
      functions.append(
        function(
          named: name, options: program.options(of: command), subcommands: command.subcommands,
          arguments: path == ["help"] ? [helpArgument()] : command.arguments))
    }
    return """
      #compdef \(program.name)
      # Completion of \(program.name) for zsh. Load it with: source <(\(program.name) completion zsh)
      # or put it on the fpath as _\(program.name).

      \(functions.joined(separator: "\n\n"))

      if [[ "$funcstack[1]" == "\(root)" ]]; then
        \(root) "$@"
      else
        compdef \(root) \(program.name)
      fi

      """
  }

  /// The argument of `help` with the commands to choose from.
  private func helpArgument() -> ArgumentSpec {
    ArgumentSpec("COMMAND", .choice(program.commands.map(\.name)), help: "The command.", isRequired: false)
  }

  private func function(
    named name: String, options: [OptionSpec], subcommands: [CommandSpec], arguments: [ArgumentSpec]
  ) -> String {
    var specifications = options.flatMap(specification)
    if !subcommands.isEmpty {
      specifications += ["'1: :->command'", "'*:: :->argument'"]
    }
    specifications += arguments.enumerated().map { offset, argument in
      let place = argument.repeats ? "*" : argument.isRequired ? "\(offset + 1)" : "\(offset + 1):"
      return ShellQuote.posix("\(place):\(escaped(argument.placeholder)):\(action(argument.syntax))")
    }
    var lines = ["\(name)() {"]
    if !subcommands.isEmpty {
      lines += ["  local curcontext=\"$curcontext\" context state state_descr line", "  typeset -A opt_args"]
    }
    lines.append("  _arguments -C -s \\")
    lines.append(specifications.map { "    \($0)" }.joined(separator: " \\\n"))
    if !subcommands.isEmpty { lines += dispatch(from: name, to: subcommands) }
    return (lines + ["}"]).joined(separator: "\n")
  }

  private func dispatch(from name: String, to subcommands: [CommandSpec]) -> [String] {
    var lines = ["  case \"$state\" in", "    command)", "      local -a commands", "      commands=("]
    lines += subcommands.map { command in
      "        " + ShellQuote.posix("\(command.name):\(command.summary)")
    }
    lines += ["      )", "      _describe 'command' commands", "      ;;", "    argument)"]
    lines.append("      case \"$words[1]\" in")
    lines += subcommands.map { command in
      "        \(command.name)) \(name)_\(command.name.replacing("-", with: "_")) ;;"
    }
    return lines + ["      esac", "      ;;", "  esac"]
  }

  /// The option's specifications in the language of `_arguments`; one for each spelling.
  private func specification(_ option: OptionSpec) -> [String] {
    let repeats = option.repeats && option.syntax != nil
    let exclusion = repeats ? "*" : "(\(option.spellings.joined(separator: " ")))"
    return option.spellings.map { spelling in
      var text = "\(exclusion)\(spelling)"
      if option.syntax != nil { text += spelling.hasPrefix("--") ? "=" : "+" }
      text += "[\(escaped(option.help))]"
      if let syntax = option.syntax { text += ":\(escaped(option.placeholder)):\(action(syntax))" }
      return ShellQuote.posix(text)
    }
  }

  private func action(_ syntax: ValueSyntax) -> String {
    switch syntax {
    case .choice(let choices): "(\(choices.joined(separator: " ")))"
    case .path: "_files"
    case .text, .integer, .duration, .url: " "
    }
  }

  private func escaped(_ text: String) -> String {
    String(text.flatMap { "[]:\\".contains($0) ? ["\\", $0] : [$0] })
  }
}
