internal import CommandLine

let guardServeCommand = CommandSpec(
  "serve",
  summary: "Answer on a Unix socket.",
  discussion: """
    Each line that a client sends is a request, as for 'kedge guard check --from', and gets one line of JSON. The phases are \
    asked for again and again; while the target can't be read, every write is refused. A unit of work belongs to the \
    connection that names it. Writes that are only observed are written down in the target.

    SIGTERM and Ctrl-C stop it: what has been sent is still answered, and the socket goes.
    """,
  options: [
    .value("socket", "PATH", .path, help: "The socket to make.", isRequired: true),
    .value("mode", "MODE", help: "Who may connect, as in chmod.", default: "0600"),
    .value("refresh", "TIME", .duration, help: "How often to ask for the phases.", default: "1s"),
    .value("clients", "N", .integer(1...10_000), help: "Clients at once, at most.", default: "256"),
    offlineOption,
  ],
  examples: [
    ExampleSpec("kedge guard serve --socket /run/kedge/guard.sock", says: "Serve programs of this user."),
    ExampleSpec(
      "kedge guard serve --socket guard.sock --mode 0660 --refresh 500ms",
      says: "Serve a group, and follow phases closely."),
  ],
  exitCodes: [0, 1, 2]
)
