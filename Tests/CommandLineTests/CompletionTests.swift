import CommandLine
import Foundation
import Testing

@Suite struct CompletionTests {
  /// Runs bash with the script and the words of a command line, and returns what it offers for the last
  /// word.
  private func bashOffers(_ words: [String]) throws -> [String] {
    let quoted = words.map { "'\($0)'" }.joined(separator: " ")
    let program = """
      COMP_WORDS=(\(quoted)); COMP_CWORD=\(words.count - 1)
      _ferry; printf '%s\\n' "${COMPREPLY[@]}"
      """
    let output = try bash(["-c", ferry.completion(for: .bash) + program])
    #expect(output.status == 0, "\(output.text)")
    return output.text.split(separator: "\n").map(String.init)
  }

  private func bash(_ arguments: [String]) throws -> (status: Int32, text: String) {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/bash")
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: #filePath).deletingLastPathComponent()
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: data, as: UTF8.self))
  }

  @Test(arguments: Shell.allCases)
  func script(_ shell: Shell) throws {
    try expectGolden(ferry.completion(for: shell), "completion-\(shell.rawValue)")
  }

  @Test func bashAcceptsTheScript() throws {
    let output = try bash(["-n", "-c", ferry.completion(for: .bash)])
    #expect(output.status == 0)
    #expect(output.text == "")
  }

  @Test func bashOffersWhatFits() throws {
    #expect(try bashOffers(["ferry", "ma"]) == ["manifest"])
    #expect(try bashOffers(["ferry", "manifest", ""]).prefix(2) == ["list", "show"])
    #expect(try bashOffers(["ferry", "--harbour", "x", "load", "--we"]) == ["--weight"])
    #expect(try bashOffers(["ferry", "load", "--deck", "u"]) == ["upper"])
    #expect(try bashOffers(["ferry", "load", "--deck", "=", "l"]) == ["lower"])
    #expect(try bashOffers(["ferry", "load", "--deck", "="]) == ["upper", "lower", "car"])
    #expect(try bashOffers(["ferry", "load", "-w", ""]) == [])
    #expect(
      try bashOffers(["ferry", "manifest", "list", "--harbour", "Gold"]).sorted() == [
        "Golden", "Golden.swift",
      ])
    #expect(try bashOffers(["ferry", "help", "eng"]) == ["engine"])
    #expect(try bashOffers(["ferry", "log", ""]).prefix(4) == ["show", "index", "--page", "-p"])
    #expect(try bashOffers(["ferry", "log", "--ink", "sh"]) == ["show"])
    #expect(try bashOffers(["ferry", "log", "index", "--in"]) == [])
    #expect(try bashOffers(["ferry", "engine", "--", "--"]) == [])
  }

  @Test func zshAndFishKnowEveryCommandAndOption() {
    let zsh = ferry.completion(for: .zsh)
    let fish = ferry.completion(for: .fish)
    #expect(zsh.hasPrefix("#compdef ferry\n"))
    for name in ["_ferry", "_ferry_load", "_ferry_manifest", "_ferry_manifest_list", "_ferry_engine"] {
      #expect(zsh.contains("\n\(name)() {\n"))
    }
    for option in ["weight", "deck", "fragile", "wait", "harbour", "quiet", "help"] {
      #expect(zsh.contains("--\(option)"))
      #expect(fish.contains(" -l \(option) "))
    }
    #expect(fish.contains("-n '__ferry_at manifest' -a 'show'"))
    #expect(fish.contains("-n '__ferry_at log' -l ink "))
    #expect(fish.contains("-n '__ferry_under load' -l weight "))
    #expect(zsh.contains("show) _ferry_log_show ;;"))
    #expect(zsh.contains(":(upper lower car)'"))
  }
}
