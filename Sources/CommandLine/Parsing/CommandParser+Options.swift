extension CommandParser {
  /// Reads `--name`, `--name value` or `--name=value`; the word itself is already taken.
  mutating func readLongOption(_ word: String) throws(UsageFailure) {
    let body = word.dropFirst(2)
    let name = String(body.prefix { $0 != "=" })
    let attached = body.firstIndex(of: "=").map { String(body[body.index(after: $0)...]) }
    guard let option = program.options(of: command).first(where: { $0.name == name }) else {
      throw UsageFailure(message: unknownOption("--\(name)"))
    }
    try read(option, spelled: "--\(name)", attached: attached)
  }

  /// Reads `-w 4`, `-w4`, `-w=4`, or flags in a row such as `-qv`; the word itself is already taken.
  mutating func readShortOptions(_ word: String) throws(UsageFailure) {
    var letters = word.dropFirst()
    while let letter = letters.popFirst() {
      let spelling = "-\(letter)"
      guard let option = program.options(of: command).first(where: { $0.short == letter }) else {
        throw UsageFailure(message: unknownOption(spelling, within: word))
      }
      if option.kind != .flag && !letters.isEmpty {
        let attached = letters.first == "=" ? letters.dropFirst() : letters
        return try read(option, spelled: spelling, attached: String(attached))
      }
      if letters.first == "=" {
        throw UsageFailure(message: "The option '\(spelling)' takes no value.")
      }
      try read(option, spelled: spelling, attached: nil)
    }
  }

  private mutating func read(
    _ option: OptionSpec, spelled spelling: String, attached: String?
  ) throws(UsageFailure) {
    guard let syntax = option.syntax else {
      if attached != nil { throw UsageFailure(message: "The option '\(spelling)' takes no value.") }
      flags.insert(option.name)
      return
    }
    let text = if let attached { attached } else { try takeValue(of: option, spelled: spelling) }
    if let objection = syntax.objection(to: text) {
      throw UsageFailure(message: "The option '\(spelling)' \(objection)")
    }
    if values[option.name] != nil && !option.repeats {
      throw UsageFailure(message: "The option '--\(option.name)' is given twice; it takes one value.")
    }
    values[option.name, default: []].append(text)
  }

  /// Takes the next word as a value. A word that begins with a hyphen is more likely an option, and the
  /// value forgotten.
  private mutating func takeValue(
    of option: OptionSpec, spelled spelling: String
  ) throws(UsageFailure) -> String {
    guard let next = remaining.first, next != "--" else {
      throw UsageFailure(message: "The option '\(spelling)' needs a value: '\(option.invocation)'.")
    }
    if next.hasPrefix("-") && next != "-" {
      if case .integer = option.syntax, isNegativeNumber(next) {
        remaining.removeFirst()
        return next
      }
      throw UsageFailure(
        message:
          "The option '\(spelling)' needs a value: '\(option.invocation)'. One that begins with '-' is "
          + "written '--\(option.name)=\(option.placeholder)'.")
    }
    remaining.removeFirst()
    return next
  }

  /// The message for an option that the command doesn't have: whose it is, or what was probably meant.
  private func unknownOption(_ spelling: String, within word: String? = nil) -> String {
    let place = word.map { $0 == spelling ? "" : " in '\(Redaction.shown($0))'" } ?? ""
    let message = "Unknown option '\(Redaction.shown(spelling))'\(place)."
    let owners = program.everyPath.filter { entry in
      entry.command.options.contains { $0.spellings.contains(spelling) }
    }
    let known = program.options(of: command).map { "--\($0.name)" }
    if let near = spelling.hasPrefix("--") ? Suggestion.nearest(to: spelling, among: known) : nil {
      return message + " Did you mean '\(near)'?"
    }
    if let owner = owners.first, owners.count == 1 {
      let title = owner.path.joined(separator: " ")
      return message + " It belongs to '\(program.name) \(title)'"
        + (command == nil ? ": write it after the command." : ".")
    }
    return message
  }
}
