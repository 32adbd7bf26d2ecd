internal import CommandLine

/// For commands that decide by phases.
let offlineOption = OptionSpec.flag(
  "offline", help: "Go by the phases of the mapping files, and don't ask the target.")

let guardCheckCommand = CommandSpec(
  "check",
  summary: "Say whether a write is allowed.",
  discussion: """
    Goes by the phases that are set in the target, or by those of the mapping files where there is no target or Kedge has no \
    state in it. A target that is configured and can't be reached makes the check fail.

    With --from, each line is a request, such as {"entity": "users", "operation": "insert", "store": "postgres"}; it may also \
    have "writer", "fence", "id" (sent back), "unit" (the unit of work it belongs to) and "crossing" (what that unit may \
    cross). Each gets one line of JSON.
    """,
  options: [
    .value(
      "in", "STORE", help: "The store that is written to: its name, or its kind where it is the only one."),
    .value("as", "WRITER", help: "The repository or role that writes."),
    .value("fence", "N", .integer(atLeast: 0), help: "The epoch that the writer knows."),
    offlineOption,
    .value("from", "FILE", .path, help: "A file of requests, a JSON object a line; '-' is standard input."),
  ],
  arguments: [
    ArgumentSpec("ENTITY", help: "What is written.", isRequired: false),
    ArgumentSpec(
      "OPERATION", help: "What is done to it: 'insert', 'update', 'delete', 'upsert' or 'truncate'.",
      isRequired: false),
  ],
  examples: [
    ExampleSpec("kedge guard check users insert --in postgres", says: "Ask about one write."),
    ExampleSpec(
      "kedge guard check users update --in mongo --as UserRepository --fence 7 --json",
      says: "Ask for a writer that carries a fence."),
    ExampleSpec(
      "kedge guard check --from writes.jsonl --offline", says: "Ask about many, without a target."),
  ],
  exitCodes: [0, 1, 2, 5, 130]
)

let guardExplainCommand = CommandSpec(
  "explain",
  summary: "Say who may write an entity, and where.",
  discussion: """
    For each phase: which store owns the entity, and who may write it there. Also its phase now, its mode, and the crossings \
    that name it, expired ones marked.
    """,
  options: [offlineOption],
  arguments: [ArgumentSpec("ENTITY", help: "One entity; all without it.", isRequired: false)],
  examples: [
    ExampleSpec("kedge guard explain", says: "Explain every entity."),
    ExampleSpec("kedge guard explain users --json", says: "Explain one, for a program."),
  ],
  exitCodes: [0, 1, 2]
)
