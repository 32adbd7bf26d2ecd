internal import Catalog
internal import CommandLine
internal import Foundation
internal import LocalPostgres
internal import Mapping
internal import Migrations
internal import Mongo
internal import Postgres
internal import RecordSources
internal import SQLite

/// One thing that `kedge doctor` looked at.
struct Finding {
  enum Verdict: String { case ok, warning, problem }
  var subject: String
  var verdict: Verdict
  var found: String
  /// What to do, where something is to be done.
  var advice: String?
}

extension Session {
  /// `kedge doctor`
  func doctor() throws -> Int32 {
    var findings: [Finding] = [machine()]
    var set: MappingSet?
    do {
      let loaded = try mappingSet()
      set = loaded
      findings.append(
        Finding(
          subject: "mapping set", verdict: .ok, found: "\(loaded.name): \(loaded.entities.count) entities"))
    } catch let problem as UsageProblem {
      findings.append(
        Finding(subject: "mapping set", verdict: .warning, found: "none", advice: problem.description))
    } catch let errors as MappingErrors {
      findings.append(
        Finding(
          subject: "mapping set", verdict: .problem, found: "\(errors.diagnostics.count) faults",
          advice: "see them with: kedge check"))
    }
    findings += targetFindings(set)
    if let set { findings += sourceFindings(set) }
    report(findings)
    return findings.contains { $0.verdict == .problem } ? ExitCode.failed : ExitCode.done
  }

  private func report(_ findings: [Finding]) {
    if isJSON {
      output([
        "ok": .bool(!findings.contains { $0.verdict == .problem }),
        "findings": .array(
          findings.map {
            [
              "subject": .string($0.subject), "verdict": .string($0.verdict.rawValue),
              "found": .string($0.found),
              "advice": .optional($0.advice),
            ]
          }),
      ])
      return
    }
    for finding in findings {
      let mark =
        switch finding.verdict {
        case .ok: style.green("ok     ")
        case .warning: style.yellow("warning")
        case .problem: style.red("problem")
        }
      output("\(mark) \(finding.subject): \(finding.found)")
      if let advice = finding.advice { output("        → \(advice)") }
    }
  }

  private func machine() -> Finding {
    let processor = ProcessInfo.processInfo
    let memory = processor.physicalMemory / (1 << 20)
    return Finding(
      subject: "machine", verdict: .ok,
      found:
        "\(processor.activeProcessorCount) cores, \(memory) MiB, \(processor.operatingSystemVersionString)")
  }

  // MARK: Target

  private func targetFindings(_ set: MappingSet?) -> [Finding] {
    do {
      guard let settings = try configuredTarget(of: set) else { return try localFindings(set) }
      return try serverFindings(settings) + migrationFindings(set, settings) + keyFindings(set, settings)
    } catch {
      return [
        Finding(
          subject: "target", verdict: .problem, found: "\(error)",
          advice: "start the server, or correct --target, DATABASE_URL or POSTGRES_URL")
      ]
    }
  }

  private func localFindings(_ set: MappingSet?) throws -> [Finding] {
    let status = try localPostgres.status()
    let subject = "target"
    guard status.state == .running else {
      return [
        Finding(
          subject: subject, verdict: .ok,
          found: "no target is configured; a private PostgreSQL under .kedge/ will serve",
          advice: "start it with: kedge dev up (commands that need it start it by themselves)")
      ]
    }
    let settings = try PostgresSettings(url: status.url)
    return try serverFindings(settings) + migrationFindings(set, settings) + keyFindings(set, settings)
  }

  /// Tables whose key waits for a backfill to go on.
  private func keyFindings(_ set: MappingSet?, _ settings: PostgresSettings) throws -> [Finding] {
    let catalog = Catalog(try PostgresConnection(settings))
    guard let set, try catalog.isCurrent() else { return [] }
    let tables = try catalog.postponedTables(of: set.name)
    guard let first = tables.first else { return [] }
    return [
      Finding(
        subject: "keys", verdict: .warning,
        found:
          "\(tables.map(\.table).joined(separator: ", ")): no primary key yet; backfill \(first.run) builds it after the rows",
        advice: "see how far it is with: kedge status; if it was stopped, go on with: kedge backfill")
    ]
  }

  private func migrationFindings(_ set: MappingSet?, _ settings: PostgresSettings) throws -> [Finding] {
    guard let set, let standing = try migrationStanding(set, PostgresConnection(settings)) else { return [] }
    return [
      Finding(
        subject: "migrations", verdict: standing.isUpToDate ? .ok : .warning,
        found: String(standing.text.dropFirst("migrations: ".count)),
        advice: standing.isUpToDate
          ? nil
          : standing.status?.disagreements().isEmpty == true
            ? "apply them with: kedge migrate up" : "see what stands in the way with: kedge migrate repair")
    ]
  }

  private func serverFindings(_ settings: PostgresSettings) throws -> [Finding] {
    let connection = try PostgresConnection(settings)
    var findings: [Finding] = []
    let major = connection.serverVersion / 10_000
    findings.append(
      Finding(
        subject: "target", verdict: major >= 14 ? .ok : .problem,
        found: "PostgreSQL \(major).\(connection.serverVersion % 10_000) at \(settings)",
        advice: major >= 14 ? nil : "use PostgreSQL 14 or later"))
    let row = try connection.query(
      """
      SELECT current_setting('server_encoding') AS encoding, current_setting('fsync') AS fsync,
        current_setting('full_page_writes') AS pages, current_setting('max_wal_size') AS wal,
        current_setting('shared_buffers') AS buffers,
        has_database_privilege(current_database(), 'CREATE') AS may_create,
        pg_is_in_recovery() AS is_standby, pg_size_pretty(pg_database_size(current_database())) AS size
      """
    ).first
    guard let row else { return findings }
    let encoding = try row["encoding"] ?? ""
    findings.append(
      Finding(
        subject: "target encoding", verdict: encoding == "UTF8" ? .ok : .problem, found: encoding,
        advice: encoding == "UTF8"
          ? nil : "create the database with ENCODING 'UTF8'; others can't hold every text"))
    let isSafe = try row["fsync"] == "on" && row["pages"] == "on"
    findings.append(
      Finding(
        subject: "target durability", verdict: isSafe ? .ok : .warning,
        found: try "fsync \(row["fsync"] ?? "?"), full_page_writes \(row["pages"] ?? "?")",
        advice: isSafe ? nil : "turn both on, or a crash of the machine can lose what was committed"))
    let mayCreate = try row["may_create"] == "t"
    findings.append(
      Finding(
        subject: "target rights", verdict: mayCreate ? .ok : .problem,
        found: mayCreate ? "may create schemas" : "may not create schemas",
        advice: mayCreate
          ? nil : "GRANT CREATE ON DATABASE … TO the user, or create schemas kedge and core beforehand"))
    if try row["is_standby"] == "t" {
      findings.append(
        Finding(
          subject: "target role", verdict: .problem, found: "a standby",
          advice: "point --target at the primary"))
    }
    findings.append(
      Finding(
        subject: "target size and settings", verdict: .ok,
        found:
          try
          "\(row["size"] ?? "?"), shared_buffers \(row["buffers"] ?? "?"), max_wal_size \(row["wal"] ?? "?")",
        advice: try row["wal"] == "1GB"
          ? "a larger max_wal_size (4GB or more) makes long backfills quicker" : nil
      ))
    findings.append(disk())
    return findings
  }

  private func disk() -> Finding {
    let path = FileManager.default.currentDirectoryPath
    let attributes: [FileAttributeKey: Any]
    do { attributes = try FileManager.default.attributesOfFileSystem(forPath: path) } catch {
      return Finding(subject: "disk", verdict: .warning, found: "unknown: \(error.localizedDescription)")
    }
    let free = ((attributes[.systemFreeSize] as? NSNumber)?.int64Value ?? 0) >> 20
    return Finding(
      subject: "disk", verdict: free > 2048 ? .ok : .warning, found: "\(free) MiB free here",
      advice: free > 2048
        ? nil : "make room: a private PostgreSQL needs about three times the size of the source")
  }

  // MARK: Sources

  private func sourceFindings(_ set: MappingSet) -> [Finding] {
    let sources: [String: any RecordSource]
    do { sources = try self.sources(of: set) } catch {
      return [Finding(subject: "source", verdict: .warning, found: "\(error)")]
    }
    return sources.sorted { $0.key < $1.key }.map { name, source in
      let subject = "source \(name)"
      do {
        switch source {
        case let mongo as MongoSource:
          let connection = try MongoConnection(mongo.settings)
          let info = try connection.serverInfo()
          let collections = try connection.collections().count
          return Finding(
            subject: subject, verdict: .ok,
            found:
              "MongoDB \(info.version), \(info.topology.rawValue), \(collections) collections in \(mongo.settings.database)"
          )
        case let sqlite as SQLiteSource:
          let connection = try SQLiteConnection(path: sqlite.path, mode: .readOnly)
          let tables = try connection.tables().count
          return Finding(
            subject: subject, verdict: .ok,
            found:
              "SQLite, \(tables) tables, journal mode \(try connection.journalMode()), \(try connection.encoding())"
          )
        default: return Finding(subject: subject, verdict: .ok, found: source.identity)
        }
      } catch {
        return Finding(
          subject: subject, verdict: .problem, found: "\(error)",
          advice: "start the server, or correct --source or the environment")
      }
    }
  }
}
