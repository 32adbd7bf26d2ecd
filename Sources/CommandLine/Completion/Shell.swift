/// A shell that completion scripts are written for.
public enum Shell: String, Sendable, CaseIterable {
  /// GNU bash, version 3.2 or later.
  case bash
  /// The Z shell.
  case zsh
  /// The friendly interactive shell.
  case fish
}

extension ProgramSpec {
  /// A script that teaches the shell the program's commands, options and fixed values. It calls no program
  /// of its own.
  public func completion(for shell: Shell) -> String {
    switch shell {
    case .bash: BashCompletion(program: self).script()
    case .zsh: ZshCompletion(program: self).script()
    case .fish: FishCompletion(program: self).script()
    }
  }

  /// The name as part of a shell function's name.
  var functionName: String { String(name.map { $0.isLetter || $0.isNumber ? $0 : "_" }) }

  /// The spellings of every option that takes a value, each once.
  var valueSpellings: [String] {
    var seen = Set<String>()
    let options = everyGlobalOption + everyPath.flatMap { $0.command.options }
    return options.filter { $0.syntax != nil }.flatMap(\.spellings).filter { seen.insert($0).inserted }
  }
}

/// Text between single quotes, as the shells read it.
enum ShellQuote {
  /// For bash and zsh, where a quote inside is closed, escaped and opened again.
  static func posix(_ text: String) -> String {
    "'" + text.flatMap { $0 == "'" ? Array("'\\''") : [$0] } + "'"
  }

  /// For fish, where a backslash escapes a quote or a backslash.
  static func fish(_ text: String) -> String {
    "'" + text.flatMap { $0 == "'" || $0 == "\\" ? ["\\", $0] : [$0] } + "'"
  }
}
