/// Writes the completion script for fish: two functions that find the command, then one line for each
/// completion.
struct FishCompletion {
  let program: ProgramSpec

  func script() -> String {
    let prefix = "__\(program.functionName)"
    return """
      # Completion of \(program.name) for fish. Load it with: \(program.name) completion fish | source
      function \(prefix)_path --description 'The words of the command line that are not options'
        set -l skips 0
        for word in (commandline -opc)[2..]
          if test $skips -eq 1
            set skips 0
          else if contains -- $word \(program.valueSpellings.joined(separator: " "))
            set skips 1
          else if not string match -q -- '-*' $word
            echo $word
          end
        end
      end

      function \(prefix)_at --description 'Whether the words are exactly these'
        test (string join ' ' -- (\(prefix)_path)) = "$argv"
      end

      function \(prefix)_under --description 'Whether the words begin with these'
        set -l path (string join ' ' -- (\(prefix)_path))
        test "$path" = "$argv"; or string match -q -- "$argv *" "$path"
      end

      complete -c \(program.name) -f
      \(lines(prefix).joined(separator: "\n"))

      """
  }

  private func lines(_ prefix: String) -> [String] {
    var lines = program.everyGlobalOption.map { line(for: $0, condition: nil) }
    lines += program.everyCommand.map { line(for: $0, condition: "\(prefix)_at") }
    for (path, command) in program.everyPath {
      let title = path.joined(separator: " ")
      lines += command.subcommands.map { line(for: $0, condition: "\(prefix)_at \(title)") }
      let own = command.options.filter { option in
        !program.everyGlobalOption.contains { $0.name == option.name }
      }
      // The options of a command that runs alone aren't those of its subcommands.
      let place = command.hasSubcommands ? "at" : "under"
      lines += own.map { line(for: $0, condition: "\(prefix)_\(place) \(title)") }
      for argument in command.arguments {
        guard case .choice(let choices) = argument.syntax else { continue }
        lines.append(offer(choices, condition: "\(prefix)_at \(title)"))
      }
      if path == ["help"] {
        lines.append(offer(program.commands.map(\.name), condition: "\(prefix)_at help"))
      }
    }
    return lines
  }

  private func offer(_ words: [String], condition: String) -> String {
    "complete -c \(program.name) -n \(ShellQuote.fish(condition)) -a "
      + ShellQuote.fish(words.joined(separator: " "))
  }

  private func line(for command: CommandSpec, condition: String) -> String {
    offer([command.name], condition: condition) + " -d \(ShellQuote.fish(command.summary))"
  }

  private func line(for option: OptionSpec, condition: String?) -> String {
    var line = "complete -c \(program.name)"
    if let condition { line += " -n \(ShellQuote.fish(condition))" }
    line += " -l \(option.name)"
    if let short = option.short { line += " -s \(short)" }
    switch option.syntax {
    case .choice(let choices): line += " -x -a \(ShellQuote.fish(choices.joined(separator: " ")))"
    case .path: line += " -r -F"
    case .text, .integer, .duration, .url: line += " -x"
    case nil: break
    }
    return line + " -d \(ShellQuote.fish(option.help))"
  }
}
