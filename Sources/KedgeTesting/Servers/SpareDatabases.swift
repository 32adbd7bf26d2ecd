internal import Executors
internal import Postgres
internal import Synchronization

/// Databases of the private server that are made before they are asked for, and dropped after they have been given back, on a
/// thread of their own: tests wait for neither. The first of each kind is made while its test waits, as it may be the only one.
enum SpareDatabases {
  private struct State {
    /// Those that nobody has had, by what they are copies of.
    var ready: [String: [String]] = [:]
    var askedFor: Set<String> = []
    /// Templates to copy, and databases to drop.
    var wanted: [String] = []
    var useless: [String] = []
    var isWorking = false
  }

  private static let state = Mutex(State())

  /// A database that nobody else has.
  static func take(copying template: String?, on server: PostgresServer) throws -> String {
    let template = template ?? "template1"
    let spare: String? = state.withLock { state in
      let isFirst = state.askedFor.insert(template).inserted
      let spare = state.ready[template]?.popLast()
      let waiting = state.wanted.count(where: { $0 == template })
      if !isFirst, waiting < 2 { state.wanted.append(template) }
      return spare
    }
    work(on: server)
    if let spare { return spare }
    let name = DatabaseURL.uniqueName()
    try TestDatabases.administer(server) { try TestDatabases.create(name, copying: template, $0) }
    return name
  }

  /// Drops a database when there is nothing else to do.
  static func drop(_ name: String, on server: PostgresServer) {
    state.withLock { $0.useless.append(name) }
    work(on: server)
  }

  private static func work(on server: PostgresServer) {
    let begins = state.withLock { state in
      let begins = !state.isWorking && !(state.wanted.isEmpty && state.useless.isEmpty)
      if begins { state.isWorking = true }
      return begins
    }
    guard begins else { return }
    do {
      try DedicatedThread(name: "kedge-spare") { workAll(on: server) }.detach()
    } catch {
      // Without a thread tests wait for their databases, and the server's end takes what is left.
      state.withLock { $0.isWorking = false }
    }
  }

  private static func workAll(on server: PostgresServer) {
    do {
      try TestDatabases.administer(server) { connection in
        while true {
          let (template, useless): (String?, String?) = state.withLock { state in
            let template = state.wanted.first
            let useless = template == nil ? state.useless.popLast() : nil
            if template == nil, useless == nil { state.isWorking = false }
            return (template, useless)
          }
          if let template {
            let name = DatabaseURL.uniqueName()
            try TestDatabases.create(name, copying: template, connection)
            state.withLock { state in
              state.ready[template, default: []].append(name)
              if let index = state.wanted.firstIndex(of: template) { state.wanted.remove(at: index) }
            }
          } else if let useless {
            try connection.execute("DROP DATABASE IF EXISTS \(useless) WITH (FORCE)")
          } else {
            return
          }
        }
      }
    } catch {
      // Whoever asks next makes a database while it waits, and hears what is wrong.
      state.withLock { state in
        state.wanted = []
        state.isWorking = false
      }
    }
  }
}
