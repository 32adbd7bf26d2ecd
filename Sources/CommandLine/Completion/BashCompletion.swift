/// Writes the completion script for bash: one function that walks the words to find the command, then
/// offers.
struct BashCompletion {
  let program: ProgramSpec

  func script() -> String {
    let function = "_\(program.functionName)"
    return """
      # Completion of \(program.name) for bash. Load it with: source <(\(program.name) completion bash)
      \(function)() {
        local current="${COMP_WORDS[COMP_CWORD]}" path="" expects="" word index candidates=""
        COMPREPLY=()
        # Bash parts words at '=' too: '--option=value' arrives as three words.
        for ((index = 1; index < COMP_CWORD; index++)); do
          word="${COMP_WORDS[index]}"
          if [[ "$word" == "=" ]]; then continue; fi
          if [[ -n "$expects" ]]; then expects=""; continue; fi
          case "$word" in
            --) return ;;
            \(program.valueSpellings.joined(separator: "|"))) expects="$word" ;;
            -*) ;;
            *)
              case "$path/$word" in
      \(pathCases())
              esac
              ;;
          esac
        done
        if [[ "$current" == "=" ]]; then current=""; fi
        if [[ -n "$expects" ]]; then
          case "$path:$expects" in
      \(valueCases())
          esac
          COMPREPLY=($(compgen -W "$candidates" -- "$current"))
          return
        fi
        case "$path" in
      \(candidateCases())
        esac
        COMPREPLY=($(compgen -W "$candidates" -- "$current"))
      }
      complete -F \(function) \(program.name)

      """
  }

  private func pathCases() -> String {
    program.everyPath.map { entry in
      let path = "/" + entry.path.joined(separator: "/")
      return "          \(path)) path=\"\(path)\" ;;"
    }.joined(separator: "\n")
  }

  /// A command's own options come before the global ones, since the first pattern that fits wins.
  private func valueCases() -> String {
    var cases: [String] = []
    for (path, command) in program.everyPath {
      for option in command.options {
        cases += valueCase(option, at: "/" + path.joined(separator: "/"))
      }
    }
    for option in program.everyGlobalOption { cases += valueCase(option, at: "*") }
    return cases.joined(separator: "\n")
  }

  private func valueCase(_ option: OptionSpec, at path: String) -> [String] {
    let pattern = option.spellings.map { "\(path):\($0)" }.joined(separator: "|")
    switch option.syntax {
    case .choice(let choices):
      return ["      \(pattern)) candidates=\"\(choices.joined(separator: " "))\" ;;"]
    case .path:
      // One candidate a line, so that names with spaces stay whole.
      return [
        "      \(pattern))",
        "        local IFS=$'\\n'",
        "        COMPREPLY=($(compgen -f -- \"$current\"))",
        "        compopt -o filenames 2>/dev/null",
        "        return",
        "        ;;",
      ]
    case .text, .integer, .duration, .url:
      return ["      \(pattern)) ;;"]
    case nil:
      return []
    }
  }

  private func candidateCases() -> String {
    let roots = program.everyCommand.map(\.name) + program.everyGlobalOption.flatMap(\.spellings)
    var cases = ["    \"\") candidates=\"\(roots.joined(separator: " "))\" ;;"]
    for (path, command) in program.everyPath {
      var words = command.subcommands.map(\.name)
      if path == ["help"] { words += program.commands.map(\.name) }
      for argument in command.arguments {
        if case .choice(let choices) = argument.syntax { words += choices }
      }
      words += program.options(of: command).flatMap(\.spellings)
      cases.append("    /\(path.joined(separator: "/"))) candidates=\"\(words.joined(separator: " "))\" ;;")
    }
    return cases.joined(separator: "\n")
  }
}
