internal import CommandLine

let statusCommand = CommandSpec(
  "status",
  summary: "Show where every entity stands.",
  discussion: """
    Shows the last run of each entity, how much has landed, and what is in quarantine. Of a run that isn't finished it shows \
    who works on it, how far it is, and whether and why it is held back.
    """,
  examples: [
    ExampleSpec("kedge status", says: "Show all entities."),
    ExampleSpec("kedge status --json", says: "The same for a program to read."),
  ],
  exitCodes: [0, 1, 2]
)

let doctorCommand = CommandSpec(
  "doctor",
  summary: "Find out what is wrong with this machine or these servers.",
  discussion:
    "Checks libraries, server versions, rights, encryption and settings, and says what to do about each fault.",
  examples: [
    ExampleSpec("kedge doctor", says: "Check this machine and the configured stores."),
    ExampleSpec(
      "kedge doctor --target postgres://app@db.example.com/app", says: "Check another target before using it."
    ),
  ],
  exitCodes: [0, 1, 2]
)

let devCommand = CommandSpec(
  "dev",
  summary: "Run the private local PostgreSQL.",
  discussion: "Its data lives under .kedge/ in the current folder and is kept between runs.",
  examples: [
    ExampleSpec("kedge dev up", says: "Start it."),
    ExampleSpec("kedge dev psql", says: "Open a prompt on it."),
  ],
  subcommands: [
    CommandSpec(
      "up",
      summary: "Start the server, and create it the first time.",
      examples: [
        ExampleSpec("kedge dev up", says: "Start it and print its URL."),
        ExampleSpec("kedge dev up --quiet", says: "Start it without a word."),
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "down",
      summary: "Stop the server and keep its data.",
      examples: [
        ExampleSpec("kedge dev down", says: "Stop it."),
        ExampleSpec("kedge dev down --verbose", says: "Stop it, and say what is done."),
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "psql",
      summary: "Open psql on the server.",
      discussion: "Starts the server when it is down. What follows '--' goes to psql as it is.",
      arguments: [
        ArgumentSpec(
          "ARGUMENT", help: "Arguments for psql.", isRequired: false, repeats: true, followsTerminator: true)
      ],
      examples: [
        ExampleSpec("kedge dev psql", says: "Open a prompt."),
        ExampleSpec("kedge dev psql -- -c 'SELECT count(*) FROM users'", says: "Run one statement."),
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "url",
      summary: "Print the server's URL.",
      examples: [
        ExampleSpec("kedge dev url", says: "Print it."),
        ExampleSpec("kedge dev url --json", says: "The same for a program to read."),
      ],
      exitCodes: [0, 1, 2]),
    CommandSpec(
      "status",
      summary: "Say whether the server runs, and where.",
      examples: [
        ExampleSpec("kedge dev status", says: "Show it."),
        ExampleSpec("kedge dev status --json", says: "The same for a program to read."),
      ],
      exitCodes: [0, 1, 2]),
  ]
)

let completionCommand = CommandSpec(
  "completion",
  summary: "Print a completion script for a shell.",
  arguments: [
    ArgumentSpec("SHELL", .choice(Shell.allCases.map(\.rawValue)), help: "The shell.")
  ],
  examples: [
    ExampleSpec("kedge completion bash > /etc/bash_completion.d/kedge", says: "Install it for bash."),
    ExampleSpec("kedge completion zsh > ~/.zfunc/_kedge", says: "Install it for zsh."),
    ExampleSpec(
      "kedge completion fish > ~/.config/fish/completions/kedge.fish", says: "Install it for fish."),
  ],
  exitCodes: [0, 2]
)
