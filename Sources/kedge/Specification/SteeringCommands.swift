internal import CommandLine

private let runArgument = ArgumentSpec(
  "RUN", .integer(atLeast: 1),
  help: "The number that 'status' shows. Default: the set's run that is at work.",
  isRequired: false)

let pauseCommand = CommandSpec(
  "pause",
  summary: "Let a running backfill stand still.",
  discussion: """
    All processes of the run hear of it within a second, commit what they have read, and hold nothing open. The pause lasts \
    until 'resume', also when a process is ended and started again.
    """,
  arguments: [runArgument],
  examples: [
    ExampleSpec("kedge pause", says: "Let the run at work stand still."),
    ExampleSpec("kedge pause 12 --json", says: "The same for run 12, with an answer for a program."),
  ],
  exitCodes: [0, 1, 2]
)

let resumeCommand = CommandSpec(
  "resume",
  summary: "Let a paused backfill go on.",
  discussion:
    "Its processes go on within a second. A run whose processes have ended goes on with 'backfill'.",
  arguments: [runArgument],
  examples: [
    ExampleSpec("kedge resume", says: "Let the paused run go on."),
    ExampleSpec("kedge resume 12", says: "Let run 12 go on."),
  ],
  exitCodes: [0, 1, 2]
)

let rateCommand = CommandSpec(
  "rate",
  summary: "Change how fast a running backfill reads.",
  discussion:
    "The rate is shared by all processes of the run. It holds until it is changed, or the run is begun again.",
  arguments: [
    ArgumentSpec("RATE", help: "Records per second, or 'off' for no limit."), runArgument,
  ],
  examples: [
    ExampleSpec("kedge rate 2000", says: "Read at most 2000 records per second."),
    ExampleSpec("kedge rate off", says: "Read as fast as it goes."),
  ],
  exitCodes: [0, 1, 2]
)
