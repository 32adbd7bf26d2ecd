internal import CommandLine

/// How much an audit compares, how fast, and how patient it is with changes that are under way.
let auditComparingOptions: [OptionSpec] = [
  .value(
    "margin", "SECONDS", .integer(0...3600),
    help:
      "How long a difference has to stand, unchanged on both sides, before it is drift: longer than a write takes from"
      + " one store to the other. 0 for one second look.",
    default: "5", group: "comparing"),
  .value(
    "sample", "SHARE",
    help:
      "Look at a random share of the records, such as 1% or 0.1%, and say what that tells of the rest.",
    default: "all records", group: "comparing"),
  .value(
    "seed", "N", .integer(atLeast: 1), help: "Draw the sample that this number drew before.",
    default: "by chance", group: "comparing"),
  .value(
    "budget", "TIME", .duration,
    help: "Begin nothing after this time, such as 90s, 5m or 1h; the next audit goes on from there.",
    default: "no limit", group: "comparing"),
  .flag(
    "new", help: "Give up an audit that wasn't finished, and begin a new one.", group: "comparing"),
  .value(
    "workers", short: "w", "N", .integer(1...64), help: "How many chunks are compared at a time.",
    default: "one for each processor core", group: "comparing"),
  .value(
    "chunk-size", "N", .integer(1...10_000_000), help: "About how many records are compared together.",
    default: "20000", group: "comparing"),
]
