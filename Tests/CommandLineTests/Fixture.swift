import CommandLine

/// A small program that has one of everything.
let ferry = ProgramSpec(
  name: "ferry",
  version: "2.5.1",
  summary: "Carry things across the water.",
  discussion: """
    The ferry goes when it is full. A long paragraph is wrapped to the width of the page, whatever that width may be.

      ferry load | ferry sail

    Lines that begin with two spaces stay as they are.
    """,
  globalOptions: [
    .value("harbour", "DIR", .path, help: "Where the ferry lies.", default: "here"),
    .value("radio", "URL", .url, help: "Whom to call."),
    .flag("quiet", short: "q", help: "Blow no horn."),
    .flag("verbose", short: "v", help: "Tell of every wave."),
  ],
  commands: [load, manifest, log, engine],
  exitCodes: [
    ExitCodeSpec(0, "Arrived."), ExitCodeSpec(1, "Sank."), ExitCodeSpec(130, "Turned round on the way."),
  ],
  environment: [
    EnvironmentSpec("FERRY_TIDE", "High or low."),
    EnvironmentSpec(
      "FERRY_CAPTAIN, FERRY_MATE, FERRY_COOK", "Who is on board, one variable for each of them."),
  ],
  examples: [ExampleSpec("ferry load --weight 5 car", says: "Take a car on board.")]
)

private let load = CommandSpec(
  "load",
  summary: "Take things on board.",
  discussion: "Heavy things first.",
  options: [
    .value("weight", short: "w", "N", .integer(1...40), help: "Tons.", isRequired: true),
    .value(
      "trim", "N", .integer(Int.min...Int.max), help: "Degrees to one side, or below zero to the other."),
    .value(
      "deck", short: "d", "NAME", .choice(["upper", "lower", "car"]), help: "Where to put it.",
      default: "lower", repeats: true),
    .flag("fragile", short: "f", help: "Handle with care."),
    .value(
      "wait", "TIME", .duration, help: "How long to wait for stragglers.", default: "5m", group: "timing"),
    .value(
      "a-very-long-option-name", "PLACEHOLDER",
      help: "Its explanation begins on the next line, and it is long.",
      group: "timing"),
  ],
  arguments: [
    ArgumentSpec("THING", help: "What to take."),
    ArgumentSpec("MORE", help: "What else to take.", isRequired: false, repeats: true),
  ],
  examples: [
    ExampleSpec("ferry load --weight 5 car", says: "Take a car on board."),
    ExampleSpec(
      "ferry load -w 1 -d upper 'a piano' chair", says: "Take a piano and a chair to the upper deck."),
  ],
  exitCodes: [0, 1]
)

private let manifest = CommandSpec(
  "manifest",
  summary: "See what is on board.",
  examples: [ExampleSpec("ferry manifest list", says: "List it.")],
  subcommands: [
    CommandSpec(
      "list", summary: "List everything.",
      options: [.value("radio", "URL", .url, help: "Send the list there, too.")],
      examples: [ExampleSpec("ferry manifest list -q", says: "List it without the horn.")]),
    CommandSpec(
      "show", summary: "Show one thing.",
      arguments: [ArgumentSpec("NUMBER", .integer(atLeast: 1), help: "Its place in the list.")],
      examples: [ExampleSpec("ferry manifest show 3", says: "Show the third.")]),
  ]
)

/// A command of its own that has subcommands, too.
private let log = CommandSpec(
  "log",
  summary: "Write the log.",
  options: [
    .value("page", short: "p", "FILE", .path, help: "Where to write it."),
    .flag("ink", help: "Write with ink."),
  ],
  examples: [
    ExampleSpec("ferry log --ink", says: "Write today's page."),
    ExampleSpec("ferry log show 3", says: "Read an old page."),
  ],
  subcommands: [
    CommandSpec(
      "show", summary: "Read a page.",
      options: [.value("page", short: "p", "FILE", .path, help: "Where to write it.")],
      arguments: [ArgumentSpec("NUMBER", .integer(atLeast: 1), help: "Which page.")],
      examples: [ExampleSpec("ferry log show 3", says: "Read the third page.")]),
    CommandSpec(
      "index", summary: "List all pages.", examples: [ExampleSpec("ferry log index", says: "List them.")]),
  ],
  runsAlone: true
)

private let engine = CommandSpec(
  "engine",
  summary: "Talk to the engine.",
  arguments: [
    ArgumentSpec("WORD", help: "What to say.", isRequired: false, repeats: true, followsTerminator: true)
  ],
  examples: [ExampleSpec("ferry engine -- --full ahead", says: "Say '--full ahead'.")]
)

/// The parsed command, or `nil` when the line is anything else.
func run(_ arguments: String...) -> ParsedCommand? {
  if case .run(let command) = ferry.parse(arguments, width: 80, color: false) { command } else { nil }
}

/// The first line of the usage error, without the word `error:`; `nil` when the line is right.
func complaint(_ arguments: [String]) -> String? {
  guard case .usageError(let text) = ferry.parse(arguments, width: 80, color: false) else { return nil }
  return text.split(separator: "\n").first.map { String($0.dropFirst("error: ".count)) }
}
