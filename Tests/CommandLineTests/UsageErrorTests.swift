import CommandLine
import Testing

@Suite struct UsageErrorTests {
  @Test(arguments: [
    ("lod", "Unknown command 'lod'. Did you mean 'load'?"),
    ("mani", "Unknown command 'mani'. Did you mean 'manifest'?"),
    ("list", "Unknown command 'list'. Did you mean 'manifest list'?"),
    ("zzz", "Unknown command 'zzz'."),
    ("manifest", "'manifest' needs a subcommand: 'list' or 'show'."),
    ("manifest shwo", "Unknown subcommand 'shwo' of 'manifest'. Did you mean 'show'?"),
    ("manifest zzz", "Unknown subcommand 'zzz' of 'manifest'. It has 'list' and 'show'."),
    ("--quiet", "No command is given."),
    ("load --wieght 3", "Unknown option '--wieght'. Did you mean '--weight'?"),
    ("manifest list --weight 3", "Unknown option '--weight'. It belongs to 'ferry load'."),
    ("--weight 3 load", "Unknown option '--weight'. It belongs to 'ferry load': write it after the command."),
    ("load -x", "Unknown option '-x'."),
    ("load -qx", "Unknown option '-x' in '-qx'."),
    ("load car", "'load' needs the option '--weight N'."),
    ("load -w 3", "'load' needs the argument THING."),
    ("load -w", "The option '-w' needs a value: '--weight N'."),
    ("load --weight -- 3", "The option '--weight' needs a value: '--weight N'."),
    (
      "load --deck -q",
      "The option '--deck' needs a value: '--deck NAME'. One that begins with '-' is written '--deck=NAME'."
    ),
    ("load --weight=", "The option '--weight' needs a value, and was given an empty one."),
    ("load -w 3 -w 4 x", "The option '--weight' is given twice; it takes one value."),
    ("load -w 41", "The option '-w' takes a whole number from 1 to 40, not '41'."),
    ("load -w 3.5", "The option '-w' takes a whole number from 1 to 40, not '3.5'."),
    ("load -w -3", "The option '-w' takes a whole number from 1 to 40, not '-3'."),
    ("load --trim much", "The option '--trim' takes a whole number, not 'much'."),
    (
      "load -d uper",
      "The option '-d' takes 'upper', 'lower' or 'car', not 'uper'. Did you mean 'upper'?"
    ),
    ("load --wait 5", "The option '--wait' takes a duration such as '1500ms', '30s', '5m' or '1h', not '5'."),
    ("load --fragile=yes", "The option '--fragile' takes no value."),
    ("load -f=yes", "The option '-f' takes no value."),
    ("manifest show", "'manifest show' needs the argument NUMBER."),
    ("manifest show 0", "The argument NUMBER takes a whole number of at least 1, not '0'."),
    ("manifest show 1 2", "Unexpected argument '2'."),
  ])
  func saysWhatIsWrong(_ line: String, _ expected: String) {
    #expect(complaint(line.split(separator: " ").map(String.init)) == expected)
  }

  @Test func neverRepeatsAURL() {
    for line in [
      ["postgres://me:secret@host/db"], ["load", "-w", "tcp://me:secret@host"],
      ["--radio", "me:secret", "--radio", "me:secret"], ["--radio", "me-secret@host"],
      ["--radio=", "manifest", "list", "x://me:secret@host"], ["manifest", "list", "x://me:secret@host"],
      ["load", "-d", "x://me:secret@host"],
    ] {
      guard case .usageError(let text) = ferry.parse(line, width: 80, color: false) else {
        Issue.record("\(line) parses")
        continue
      }
      #expect(!text.contains("secret"), "\(text)")
    }
  }

  @Test func controlCharactersDoNotReachTheTerminal() {
    #expect(complaint(["\u{1B}[2Jx"]) == "Unknown command '\\u{1B}[2Jx'.")
  }

  @Test func endsWithTheWayToHelp() {
    let expected = """
      error: 'manifest show' needs the argument NUMBER.
      Usage: ferry manifest show NUMBER [options]
      See 'ferry manifest show --help'.

      """
    #expect(ferry.parse(["manifest", "show"], width: 80, color: false) == .usageError(expected))
    guard case .usageError(let colored) = ferry.parse(["x"], width: 80, color: true) else {
      Issue.record("'x' parses")
      return
    }
    #expect(colored.hasPrefix("\u{1B}[1;31merror:\u{1B}[0m "))
  }
}
