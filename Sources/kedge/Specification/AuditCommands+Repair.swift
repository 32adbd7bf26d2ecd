internal import CommandLine

/// How an audit makes the target right.
let auditRepairOptions: [OptionSpec] = [
  .flag(
    "repair",
    help:
      "Write the source's records over rows that are missing or differ, and delete rows that have no record. Entities that Postgres owns are left alone.",
    group: "repairing"),
  .value(
    "plan", "FILE",
    help: "Write what a repair would do into a file, one action a line, and change nothing.",
    group: "repairing"),
  .value(
    "apply", "FILE",
    help:
      "Carry out a plan, from which lines may have been removed. If either side has changed since, do nothing of it.",
    group: "repairing"),
]

let auditRepairExamples: [ExampleSpec] = [
  ExampleSpec("kedge audit --repair", says: "Repair the target and look at each repair again."),
  ExampleSpec("kedge audit --plan repair.jsonl", says: "Write the repairs down, to be read first."),
  ExampleSpec("kedge audit --apply repair.jsonl", says: "Carry out what was written down."),
]
