import CommandLine
import Testing

@Suite struct ParsingTests {
  @Test(arguments: [
    ["load", "--weight", "4", "car"], ["load", "--weight=4", "car"], ["load", "-w", "4", "car"],
    ["load", "-w4", "car"], ["load", "-w=4", "car"], ["load", "car", "-w", "4"],
    ["load", "-w", "4", "--", "car"],
    ["--quiet", "load", "-qfw4", "car"],
  ])
  func everyWayToWriteAnOption(_ line: [String]) throws {
    guard case .run(let command) = ferry.parse(line, width: 80, color: false) else {
      Issue.record("\(line) doesn't parse")
      return
    }
    #expect(command.path == ["load"])
    #expect(command.integer("weight") == 4)
    #expect(command.arguments == ["car"])
    #expect(command.flag("quiet") == (line[0] == "--quiet"))
  }

  @Test func globalOptionsStandAnywhere() {
    #expect(run("--harbour", "north", "manifest", "list")?.value("harbour") == "north")
    #expect(run("manifest", "--harbour", "north", "list")?.value("harbour") == "north")
    #expect(run("manifest", "list", "--harbour=north")?.value("harbour") == "north")
    #expect(run("manifest", "list")?.value("harbour") == nil)
  }

  @Test func anOptionOfTheCommandReplacesTheGlobalOne() {
    #expect(run("--radio", "tcp:a", "manifest", "list")?.value("radio") == "tcp:a")
    #expect(run("manifest", "list", "--radio", "tcp:b")?.value("radio") == "tcp:b")
  }

  @Test func valuesKeepTheirOrder() {
    let command = run("load", "-d", "upper", "-w", "1", "--deck=car", "piano", "chair", "--", "-x")
    #expect(command?.values("deck") == ["upper", "car"])
    #expect(command?.value("deck") == "car")
    #expect(command?.arguments == ["piano", "chair", "-x"])
  }

  @Test func typedValues() {
    #expect(run("load", "-w1", "x", "--trim", "-5")?.integer("trim") == -5)
    #expect(run("load", "-w1", "x", "--trim=-5")?.integer("trim") == -5)
    #expect(run("load", "-w1", "x", "--wait", "1h30m")?.duration("wait") == .seconds(5_400))
    #expect(run("load", "-w1", "x")?.duration("wait") == nil)
    #expect(run("load", "-w1", "-")?.arguments == ["-"])
  }

  @Test func whatFollowsTheTerminatorIsLeftAlone() {
    #expect(run("engine", "--", "--full", "-q", "--", "ahead")?.arguments == ["--full", "-q", "--", "ahead"])
    #expect(run("engine", "-q", "--")?.arguments == [])
    #expect(run("engine", "--", "--help")?.arguments == ["--help"])
    #expect(complaint(["engine", "full"]) == "Unexpected argument 'full'. Write '--' before WORD.")
  }

  @Test func helpIsAskedForInManyWays() {
    let page = ferry.helpPage(for: ["manifest", "list"], width: 80, color: false)
    for line in [
      ["help", "manifest", "list"], ["manifest", "list", "--help"], ["manifest", "list", "-h"],
      ["--help", "manifest", "list"], ["manifest", "list", "--nonsense", "-h"], ["-qh", "manifest", "list"],
    ] {
      #expect(ferry.parse(line, width: 80, color: false) == .help(page), "\(line)")
    }
    let root = ParseOutcome.help(ferry.helpPage(for: [], width: 80, color: false))
    for line in [[], ["help"], ["-h"], ["--help"], ["help", "--quiet"]] {
      #expect(ferry.parse(line, width: 80, color: false) == root, "\(line)")
    }
    #expect(complaint(["help", "manifst"]) == "Unknown command 'manifst'. Did you mean 'manifest'?")
  }

  @Test func aCommandMayRunAloneAndHaveSubcommands() {
    #expect(run("log")?.path == ["log"])
    #expect(run("log", "--ink", "--quiet")?.flag("ink") == true)
    #expect(run("log", "show", "3")?.path == ["log", "show"])
    #expect(run("log", "show", "3")?.takes("ink") == false)
    #expect(run("-q", "log", "--harbour", "x", "index")?.path == ["log", "index"])
    // A word after an option that wants one is its value, whatever else it could be.
    #expect(run("log", "--page", "show")?.path == ["log"])
    #expect(run("log", "--page", "show")?.value("page") == "show")
    #expect(run("log", "-p", "index", "index")?.path == nil)
    // An option that both have may stand before the subcommand.
    #expect(run("log", "--page", "a", "show", "3")?.value("page") == "a")
    #expect(run("log", "show", "--page=a", "3")?.value("page") == "a")
    #expect(
      complaint(["log", "--page", "a", "show", "-p", "b", "3"])?.hasSuffix(
        "is given twice; it takes one value.") == true)
  }

  @Test func whatBelongsToTheCommandAloneIsNotDroppedBeforeItsSubcommand() {
    #expect(
      complaint(["log", "--ink", "index"])
        == "The option '--ink' belongs to 'log' alone; 'log index' doesn't take it.")
    #expect(
      complaint(["log", "--page", "a", "index"])
        == "The option '--page' belongs to 'log' alone; 'log index' doesn't take it.")
    #expect(complaint(["log", "index", "--ink"]) == "Unknown option '--ink'. It belongs to 'ferry log'.")
    #expect(complaint(["log", "3"]) == "Unknown subcommand '3' of 'log'. It has 'show' and 'index'.")
    #expect(complaint(["log", "indx"]) == "Unknown subcommand 'indx' of 'log'. Did you mean 'index'?")
    #expect(complaint(["log", "--", "index"]) == "Unexpected argument 'index'.")
    #expect(complaint(["log", "index", "show"]) == "Unexpected argument 'show'.")
    let page = ParseOutcome.help(ferry.helpPage(for: ["log"], width: 80, color: false))
    for line in [["help", "log"], ["log", "--help"], ["log", "--ink", "-h"]] {
      #expect(ferry.parse(line, width: 80, color: false) == page)
    }
    #expect(
      ferry.parse(["log", "show", "-h"], width: 80, color: false)
        == .help(ferry.helpPage(for: ["log", "show"], width: 80, color: false)))
  }

  @Test func versionIsOneLine() {
    #expect(ferry.parse(["--version"], width: 80, color: false) == .version("ferry 2.5.1\n"))
    #expect(ferry.parse(["load", "--version"], width: 80, color: false) == .version("ferry 2.5.1\n"))
  }

  @Test func theDeclarationIsConsistent() {
    #expect(ferry.inconsistencies() == [])
  }

  @Test func inconsistentDeclarationsAreFound() {
    var broken = ferry
    broken.commands[0].options.append(.flag("quiet", short: "w", help: ""))
    broken.commands[0].options.append(.value("harbour", "N", .integer(0...1), help: ""))
    broken.commands[0].exitCodes = [9]
    broken.commands[1].examples = [ExampleSpec("ferry manifest lst", says: "")]
    broken.commands[3].examples = [ExampleSpec("ferry manifest list", says: "")]
    broken.commands[1].options = [.flag("all", help: "")]
    broken.commands[2].arguments = [ArgumentSpec("DAY", help: "")]
    broken.commands[2].subcommands[0].options = [.flag("page", help: "")]
    broken.commands[3].runsAlone = true
    let found = broken.inconsistencies().joined(separator: "\n")
    #expect(found.contains("'load': the option '-w' is declared twice."))
    #expect(found.contains("'load': '--harbour' replaces a global option of another kind."))
    #expect(found.contains("'load': the exit code 9 isn't declared."))
    #expect(found.contains("The example 'ferry manifest lst' doesn't parse"))
    #expect(found.contains("The example 'ferry manifest list' runs another command."))
    #expect(found.contains("'manifest': a group that doesn't run alone can't take options."))
    #expect(found.contains("'log': a command with subcommands can't take arguments."))
    #expect(found.contains("'log show': '--page' is another kind of option in 'log'."))
    #expect(found.contains("'engine': it has no subcommands, so it always runs alone."))
  }
}
