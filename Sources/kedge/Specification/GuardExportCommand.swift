internal import CommandLine

let guardExportCommand = CommandSpec(
  "export",
  summary: "Write the decisions as a module of another language.",
  discussion: """
    The module needs nothing else, decides as kedge does, and says the same. The same mapping and phases make the same bytes. \
    What 'json' writes can be loaded into the other modules later, when a phase has changed.
    """,
  options: [
    .value(
      "lang", "LANGUAGE", .choice(["json", "typescript", "python", "swift"]),
      help: "What to write: the plan as JSON, a module, or types for the Swift library.", isRequired: true),
    .value("out", short: "o", "FILE", .path, help: "The file to write.", default: "standard output"),
    offlineOption,
  ],
  examples: [
    ExampleSpec(
      "kedge guard export --lang typescript --out src/guard.ts", says: "For TypeScript and JavaScript."),
    ExampleSpec("kedge guard export --lang python --out app/guard.py", says: "For Python 3.9 and newer."),
    ExampleSpec("kedge guard export --lang json", says: "The plan itself, with the phases of now."),
  ],
  exitCodes: [0, 1, 2]
)
