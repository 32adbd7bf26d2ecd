extension ProgramSpec {
  /// The narrowest page that is still readable.
  private static let narrowest = 40

  /// The help page for the command at `path`, or for the whole program when the path is empty or unknown.
  /// Ends with a newline.
  public func helpPage(for path: [String], width: Int, color: Bool) -> String {
    let command = command(at: path)
    let page = HelpPage(
      program: self, command: command, path: command == nil ? [] : path, width: max(Self.narrowest, width),
      style: ANSIStyle(isEnabled: color))
    return page.text()
  }

  /// How the command is called: `kedge quarantine show ID [options]`.
  func usageLine(for path: [String]) -> String {
    let words = [name] + path
    guard let command = command(at: path) else { return "\(name) <command> [options]" }
    if command.isGroup { return (words + ["<subcommand>", "[options]"]).joined(separator: " ") }
    if command.hasSubcommands { return (words + ["[<subcommand>]", "[options]"]).joined(separator: " ") }
    let required = command.options.filter(\.isRequired).map(\.invocation)
    let ordinary = command.arguments.filter { !$0.followsTerminator }.map(\.usage)
    let last = command.arguments.filter(\.followsTerminator).map(\.usage)
    return (words + ordinary + required + ["[options]"] + last).joined(separator: " ")
  }
}

/// One help page, put together section by section.
struct HelpPage {
  let program: ProgramSpec
  let command: CommandSpec?
  let path: [String]
  let width: Int
  let style: ANSIStyle

  func text() -> String {
    var sections = [heading()]
    sections.append(section("usage", ["  " + program.usageLine(for: path)]))
    sections += commandSections()
    sections += optionSections()
    sections.append(section("examples", exampleLines()))
    sections.append(section("exit codes", exitCodeLines()))
    if command == nil {
      let rows = program.environment.map { (term: $0.name, explanation: $0.help) }
      sections.append(section("environment", DefinitionList.lines(rows, width: width)))
      sections.append(["See '\(program.name) help <command>' for one command."])
    } else if command?.hasSubcommands == true {
      sections.append([
        "See '\(program.name) help \(path.joined(separator: " ")) <subcommand>' for one of them."
      ])
    } else if !program.environment.isEmpty {
      sections.append(["See '\(program.name) --help' for the environment variables."])
    }
    let filled = sections.filter { !$0.isEmpty }
    return filled.map { $0.joined(separator: "\n") + "\n" }.joined(separator: "\n")
  }

  private func heading() -> [String] {
    let title = ([program.name] + path).joined(separator: " ")
    let summary = command?.summary ?? program.summary
    var lines = TextWrap.lines("\(title): \(summary)", width: width)
    if !lines.isEmpty, lines[0].hasPrefix(title) {
      lines[0] = style.bold(title) + lines[0].dropFirst(title.count)
    }
    let discussion = command?.discussion ?? program.discussion
    if discussion.isEmpty { return lines }
    return lines + [""] + TextWrap.paragraphs(discussion, width: width)
  }

  private func commandSections() -> [[String]] {
    guard let command else {
      let rows = program.everyCommand.map { (term: $0.name, explanation: $0.summary) }
      return [section("commands", DefinitionList.lines(rows, width: width))]
    }
    let subcommands = command.subcommands.map { (term: $0.name, explanation: $0.summary) }
    let arguments = command.arguments.map { argument in
      (term: argument.placeholder, explanation: Self.explanation(argument.help, argument.syntax, nil))
    }
    return [
      section("subcommands", DefinitionList.lines(subcommands, width: width)),
      section("arguments", DefinitionList.lines(arguments, width: width)),
    ]
  }

  /// All sections of options share one column, so that the eye has one edge to follow.
  private func optionSections() -> [[String]] {
    let own = command?.options ?? []
    let global = program.options(of: command).dropFirst(own.count)
    let termWidth = DefinitionList.termWidth((own + global).map(Self.term))
    func lines(_ options: [OptionSpec]) -> [String] {
      let rows = options.map { option in
        (term: Self.term(option), explanation: Self.explanation(option.help, option.syntax, option))
      }
      return DefinitionList.lines(rows, width: width, termWidth: termWidth)
    }
    var groups: [String?] = [nil]
    for option in own where !groups.contains(option.group) { groups.append(option.group) }
    let ownSections = groups.map { group in
      section(group ?? "options", lines(own.filter { $0.group == group }))
    }
    return ownSections + [section(command == nil ? "options" : "global options", lines(Array(global)))]
  }

  /// `-w, --workers N`; four columns stay free where there is no short name, so that the long names line
  /// up.
  private static func term(_ option: OptionSpec) -> String {
    (option.short.map { "-\($0), " } ?? "    ") + option.invocation
  }

  private static func explanation(_ help: String, _ syntax: ValueSyntax?, _ option: OptionSpec?) -> String {
    var text = help
    if case .choice(let choices) = syntax { text += " One of: \(choices.joined(separator: ", "))." }
    if let option {
      if let shown = option.defaultText { text += " Default: \(shown)." }
      if option.isRequired { text += " Required." }
      if option.repeats && option.syntax != nil { text += " May be given more than once." }
    }
    return text
  }

  private func exampleLines() -> [String] {
    let examples = command?.examples ?? program.examples
    return examples.flatMap { example in
      ["  \(example.command)"]
        + TextWrap.lines(example.says, width: width - 6).map { "      " + style.dim($0) }
    }
  }

  private func exitCodeLines() -> [String] {
    let shown = program.exitCodes.filter { code in
      guard let command, !command.exitCodes.isEmpty else { return command?.isGroup != true }
      return command.exitCodes.contains(code.code)
    }
    return DefinitionList.lines(
      shown.map { (term: String($0.code), explanation: command?.exitMeanings[$0.code] ?? $0.meaning) },
      width: width)
  }

  private func section(_ title: String, _ lines: [String]) -> [String] {
    lines.isEmpty ? [] : [style.bold(title.uppercased())] + lines
  }
}
