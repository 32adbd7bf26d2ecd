internal import CommandLine

let filesCommand = CommandSpec(
  "files", summary: "Move the files that rows name, and prove that each is found.",
  examples: [ExampleSpec("kedge files --help", says: "Show what there is.")],
  exitCodes: [0, 1, 2, 3, 130])
