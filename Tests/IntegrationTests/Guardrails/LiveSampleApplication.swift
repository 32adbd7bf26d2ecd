import Guardrails
import LiveGuardrails
import Postgres
import SQLite

// An application in the midst of its move, as docs/guardrails-in-swift.md shows it.

struct PostgresUsers: StoreAccess {
  struct Reading {
    let connection: PostgresConnection
    func name(of id: String) throws -> String? {
      try connection.query("SELECT name FROM users WHERE id = $1", [.text(id)]).first?["name"]
    }
  }

  let connection: PostgresConnection
  var reading: Reading { Reading(connection: connection) }

  func insert(_ id: String, name: String) throws {
    try connection.execute("INSERT INTO users VALUES ($1, $2)", [.text(id), .text(name)])
  }
}

struct UserRepository {
  @Guarded<Users, PostgresStore, PostgresUsers> var users: PostgresUsers.Reading

  init(_ connection: PostgresConnection, by guardrails: any GuardrailsProvider) {
    _users = Guarded(
      Users.self, in: PostgresStore.self, PostgresUsers(connection: connection), as: "UserRepository",
      by: guardrails)
  }

  func name(of id: String) throws -> String? { try users.name(of: id) }

  func add(_ id: String, name: String, in unit: UnitOfWork? = nil) throws {
    try $users.write(.insert, in: unit) { users in try users.insert(id, name: name) }
  }
}

struct AppTable: StoreAccess {
  struct Reading {
    let connection: SQLiteConnection
    let table: String
    func ids() throws -> [String] {
      try connection.query("SELECT id FROM \(table) ORDER BY id").compactMap { $0.first?.text }
    }
  }

  let connection: SQLiteConnection
  let table: String
  var reading: Reading { Reading(connection: connection, table: table) }

  func insert(_ id: String, name: String) throws {
    _ = try connection.query("INSERT INTO \(table) VALUES (?, ?)", [.text(id), .text(name)])
  }
}

struct OldUserRepository: GuardedRepository {
  let gate: WriteGate<Users, AppStore, AppTable>

  init(_ connection: SQLiteConnection, by guardrails: any GuardrailsProvider) {
    gate = WriteGate(
      Users.self, in: AppStore.self, AppTable(connection: connection, table: "users"), as: Self.writer,
      by: guardrails)
  }

  func add(_ id: String, name: String, in unit: UnitOfWork? = nil) throws {
    try gate.write(.insert, in: unit) { users in try users.insert(id, name: name) }
  }
}

struct FlowRepository: GuardedRepository {
  let gate: WriteGate<Flows, AppStore, AppTable>

  init(_ connection: SQLiteConnection, by guardrails: any GuardrailsProvider) {
    gate = WriteGate(
      Flows.self, in: AppStore.self, AppTable(connection: connection, table: "flows"), as: Self.writer,
      by: guardrails)
  }

  func begin(_ id: String, name: String, in unit: UnitOfWork? = nil) throws {
    try gate.write(.insert, in: unit) { flows in try flows.insert(id, name: name) }
  }
}

/// One form that makes a user and begins its welcome flow, in two stores: the crossing "signup" of the mapping.
struct SignUp {
  let users: UserRepository
  let flows: FlowRepository
  let guardrails: any GuardrailsProvider

  func callAsFunction(_ id: String, name: String) throws {
    try guardrails.unitOfWork(crossing: "signup") { unit in
      try users.add(id, name: name, in: unit)
      try flows.begin(id, name: "welcome", in: unit)
    }
  }

  func addInTransaction(_ id: String, name: String, _ connection: PostgresConnection) throws {
    try guardrails.unitOfWork { unit in
      try connection.transaction {
        try unit.session(writer: "UserRepository").announce(on: connection)
        try users.add(id, name: name, in: unit)
      }
    }
  }

  /// By names: some tens of nanoseconds. By handles: about ten.
  func authorizeByHand(_ guardrails: Guardrails) throws {
    try guardrails.authorize(.insert, "users", in: "postgres", as: "UserRepository")

    guard let users = guardrails.entity("users"), let postgres = guardrails.store("postgres") else { return }
    let writer = guardrails.writer("UserRepository")
    try guardrails.authorize(.update, users, in: postgres, as: writer)
  }

  /// The program's one guardrails, from its start to its end.
  static func start(mappings: String, target: PostgresSettings) throws -> LiveGuardrails {
    var options = LiveGuardrails.Options()
    options.refreshInterval = .seconds(1)
    options.seenBy = "web"
    return try LiveGuardrails(mappings: mappings, target: target, options: options)
  }

  static func observeToFile(_ guardrails: Guardrails, path: String) throws -> ObservationFlusher {
    ObservationFlusher(guardrails, to: try JSONLinesSink(path: path), seenBy: "worker")
  }
}
