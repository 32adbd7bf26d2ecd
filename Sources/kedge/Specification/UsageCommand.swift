internal import CommandLine

let usageCommand = CommandSpec(
  "usage", summary: "Sum up what a workspace used of language models.",
  discussion: """
    Reads the table of the entity openai_usage, and that of workspaces, with one aggregate query over an index. Writes nothing.

    A date is a day in UTC, as 2026-01-31, or an instant, as 2026-01-31T18:30:00Z. What happened at --to itself isn't counted, so that \
    months fit together: --from 2026-01-01 --to 2026-02-01 is January.
    """,
  options: [
    .value("workspace", "ID", help: "The workspace's key.", isRequired: true),
    .value("from", "DATE", help: "The first instant that counts.", default: "the beginning"),
    .value("to", "DATE", help: "The first instant that doesn't count any more.", default: "no end"),
    .value(
      "by", "WHAT", .choice(["writer", "model", "day"]), help: "What the lines stand for.", default: "writer"),
  ],
  examples: [
    ExampleSpec(
      "kedge usage --workspace 64b0c0ffee0000000000000a", says: "Sum up one workspace, by who called."),
    ExampleSpec(
      "kedge usage --workspace 64b0c0ffee0000000000000a --from 2026-01-01 --to 2026-02-01 --by model",
      says: "January, by model."),
  ],
  exitCodes: [0, 1, 2])
