import Foundation
import Testing

/// No password appears in any output, whatever goes wrong: every command is run with one in its URLs, and no server
/// there.
@Suite("Secrets")
struct SecretTests {
  /// Each as it stands in a URL, with what must not be seen.
  static let passwords = [
    (written: "s3cr3t-Passw0rd", seen: ["s3cr3t-Passw0rd"]),
    (written: "s3cr3t%2FP%40ss%3A", seen: ["s3cr3t%2FP%40ss%3A", "s3cr3t/P@ss:", "s3cr3t"]),
  ]

  /// The command line, and whether it needs a server and so must fail.
  static let commands: [(line: String, needsServer: Bool)] = [
    ("scan", true), ("infer --out inferred", true), ("check", false), ("check --live", true),
    ("schema", false),
    ("schema --diff", true), ("backfill", true), ("backfill --dry-run", true),
    ("backfill --entity people", true),
    ("backfill --no-create", true), ("audit", true), ("audit --repair", true), ("quarantine list", true),
    ("quarantine show 1", true), ("quarantine replay 1", true), ("quarantine replay --all", true),
    ("status", true),
    ("doctor", true), ("dev url", false), ("dev status", false), ("dev down", false),
    ("completion bash", false),
    ("--version", false), ("help backfill", false),
    // Wrong usage that repeats what was typed.
    ("backfill --targte TARGET", true), ("status TARGET", true), ("TARGET", true),
    ("quarantine show TARGET", true),
    ("backfill --workers TARGET", true), ("scan --source TARGET", true), ("backfill --target SOURCE", true),
    ("check --mappings TARGET", true),
  ]

  private static let set = """
    set: people
    stores:
      app: { kind: mongo, environment: [MONGODB_URI] }
      main: { kind: postgres, environment: [DATABASE_URL] }
    """
  private static let entity = """
    entity: people
    owner: core
    source: { store: app, collection: people }
    key: [id]
    fields: { id: { from: _id, type: text, transforms: [text] } }
    """

  private struct Case {
    var target: String
    var source: String
    var hidden: [String]
    init(_ password: (written: String, seen: [String]), host: String = "127.0.0.1:1") {
      target = "postgres://kedge:\(password.written)@\(host)/x"
      source = "mongodb://user:\(password.written)@\(host)/app?serverSelectionTimeoutMS=500"
      hidden = password.seen
    }
  }

  private func writeSet(in folder: ScratchFolder, _ set: String = SecretTests.set) throws {
    let mappings = folder.url.appending(path: "mappings")
    try FileManager.default.createDirectory(at: mappings, withIntermediateDirectories: true)
    try Data(set.utf8).write(to: mappings.appending(path: "set.yaml"))
    try Data(Self.entity.utf8).write(to: mappings.appending(path: "people.yaml"))
  }

  private func check(
    _ words: [String], _ environment: [String: String], hidden: [String], fails: Bool,
    in folder: ScratchFolder
  ) async throws {
    let outcome = try await folder.run(BuiltPrograms.kedge().path(), words, environment: environment)
    let shown = words.joined(separator: " ")
    #expect(outcome.status != 137, "kedge \(shown) takes longer than a minute")
    #expect((outcome.status != 0) == fails, "kedge \(shown) ended with \(outcome.status): \(outcome.errors)")
    for secret in hidden {
      #expect(!outcome.output.contains(secret), "standard output of kedge \(shown)")
      #expect(!outcome.errors.contains(secret), "standard error of kedge \(shown)")
    }
  }

  @Test(
    "every command, by flags and by the environment, plain, verbose and as JSON",
    arguments: SecretTests.commands.indices)
  func everyCommand(index: Int) async throws {
    let command = Self.commands[index]
    try await ScratchFolder.with { folder in
      try writeSet(in: folder)
      for password in Self.passwords {
        let urls = Case(password)
        let words = command.line.split(separator: " ").map {
          $0 == "TARGET" ? urls.target : $0 == "SOURCE" ? urls.source : String($0)
        }
        for more in [[], ["--verbose"], ["--json"]] {
          var environment = try BuiltPrograms.environment()
          environment["DATABASE_URL"] = urls.target
          environment["MONGODB_URI"] = urls.source
          try await check(
            words + more, environment, hidden: urls.hidden, fails: command.needsServer, in: folder)
        }
        // By flags: wherever the line doesn't name a store itself, and means one.
        guard !words.contains(where: { $0.contains("://") }), !words.contains("--version"), words[0] != "help"
        else { continue }
        try await check(
          words + ["--verbose", "--target", urls.target, "--source", urls.source],
          BuiltPrograms.environment(), hidden: urls.hidden, fails: command.needsServer, in: folder)
      }
    }
  }

  @Test(
    "URLs that can't be read", arguments: ["127.0.0.1:99999", "127.0.0.1:port", "ho st", "[::1", "", "a,b:x"])
  func malformed(host: String) async throws {
    try await ScratchFolder.with { folder in
      try writeSet(in: folder)
      for password in Self.passwords + [(written: "s3cr3t%zz@x", seen: ["s3cr3t"])] {
        let urls = Case(password, host: host)
        for line in ["backfill", "status", "doctor", "scan"] {
          var environment = try BuiltPrograms.environment()
          // A host left out means the machine's own server, which may be there.
          environment["PGHOST"] = "/nowhere"
          environment["DATABASE_URL"] = urls.target
          environment["MONGODB_URI"] = urls.source
          try await check([line, "--json"], environment, hidden: urls.hidden, fails: true, in: folder)
        }
      }
    }
  }

  @Test("a password in DB_PASSWORD")
  func variables() async throws {
    try await ScratchFolder.with { folder in
      try writeSet(in: folder)
      var environment = try BuiltPrograms.environment()
      environment.merge(
        ["DB_HOST": "127.0.0.1", "DB_PORT": "1", "DB_USERNAME": "kedge", "DB_PASSWORD": "s3cr3t-Passw0rd"]
      ) { $1 }
      for line in ["status", "doctor", "audit", "schema --diff"] {
        try await check(
          line.split(separator: " ").map(String.init) + ["--verbose"], environment, hidden: ["s3cr3t"],
          fails: true,
          in: folder)
      }
    }
  }

  @Test("a password in a mapping file is refused, and its line is shown without it")
  func mappingFile() async throws {
    try await ScratchFolder.with { folder in
      for url in [
        "mongodb://user:s3cr3t-Passw0rd@127.0.0.1:1/app", "postgres://kedge:s3cr3t%2FP%40ss@127.0.0.1:1/x",
      ] {
        let kind = url.hasPrefix("mongo") ? "mongo" : "postgres"
        try writeSet(
          in: folder,
          """
          set: people
          stores:
            \(kind == "mongo" ? "app" : "main"): { kind: \(kind), url: "\(url)" }
            \(kind == "mongo" ? "main" : "app"): { kind: \(kind == "mongo" ? "postgres" : "mongo") }
          """)
        for line in ["check", "check --json", "backfill", "doctor --verbose"] {
          try await check(
            line.split(separator: " ").map(String.init), BuiltPrograms.environment(),
            hidden: ["s3cr3t", "P@ss", "P%40ss"], fails: true, in: folder)
        }
      }
    }
  }
}
