internal import CommandLine

let guardReportCommand = CommandSpec(
  "report",
  summary: "Show what mode 'observe' has let pass, and which entities may be enforced.",
  discussion: """
    Each kind of wrong write is listed with how often it was seen, from which place in which program, and why 'enforce' would \
    have refused it. An entity is 'ready' when nothing was wrong while somebody watched; the report says who watched, and \
    for how long, and 'not watched' where nobody has.
    """,
  options: [
    entityOption("The entity to report on."),
    .value(
      "since", "TIME",
      help:
        "Only what was seen from then on: a time ago such as '2h' or '7d', or a moment such as 2027-01-31T08:00:00Z.",
      default: "from the beginning"),
    .value(
      "from", "FILE", .path,
      help:
        "Read this file of observations, which the library's JSONLinesSink has written, and leave the target alone.",
      default: "the target", repeats: true),
    .flag(
      "clear",
      help: "Throw away what is shown, and begin anew: what was before counts for nothing any more."),
  ],
  examples: [
    ExampleSpec("kedge guard report", says: "See what was observed, and what may be enforced."),
    ExampleSpec(
      "kedge guard report --entity users --since 7d --json", says: "One entity's last week, for a program."),
    ExampleSpec(
      "kedge guard report --from observed.jsonl", says: "Read what a program has written to a file."),
  ],
  exitCodes: [0, 1, 2]
)
