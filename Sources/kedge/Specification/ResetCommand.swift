internal import CommandLine

let resetCommand = CommandSpec(
  "reset", summary: "Empty what the mapping declares, but for what its keep rules name.",
  discussion: """
    Empties the tables of core entities and the collections of feature entities; of an entity whose old store is still the owner, \
    the old records and their copy alike. What 'reset: { keep: … }' names stays, and all that it refers to, whichever store that is in. \
    Tables and collections that no entity declares are never touched, nor is schema kedge.

    Shows first what would go and what would stay, with counts, and asks for the target database's name typed out. What stays is decided \
    once and written down before anything goes: a reset that was stopped is finished by the same command.

    Refuses, and does nothing at all, where a store that would be emptied says 'protected: true' in set.yaml (exit code 5).
    """,
  options: [
    .flag("dry-run", help: "Show what would go and stay, and change nothing."),
    .value(
      "yes-really", "NAME", help: "Don't ask: NAME is the name of the target's database.",
      default: "ask on the terminal"),
    .flag("restart", help: "Give an unfinished reset up, and decide anew what stays."),
    .value(
      "batch-size", "N", .integer(1...100_000), help: "Records deleted by one statement.", default: "5000"),
  ],
  examples: [
    ExampleSpec("kedge reset --dry-run", says: "Show what would go and stay."),
    ExampleSpec("kedge reset", says: "Ask for the database's name, then do it."),
    ExampleSpec("kedge reset --yes-really sendfx_staging", says: "Do it without asking, in a script."),
  ],
  exitCodes: [0, 1, 2, 5, 130])
