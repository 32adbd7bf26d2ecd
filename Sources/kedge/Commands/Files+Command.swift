internal import Catalog
internal import CommandLine
internal import Executors
internal import FileStores
internal import Foundation
internal import Postgres
internal import Progress

extension Session {
  /// `kedge files …`
  func files() throws -> Int32 {
    do {
      switch command.path.last {
      case "copy": return try filesCopy()
      case "verify": return try filesVerify()
      default:
        throw UsageProblem(
          "the command \(command.path.joined(separator: " ")) isn't known; see: kedge files --help")
      }
    } catch let error as FileWorkStopped {
      return filesFail(error.description, ExitCode.interrupted)
    } catch let error as FileStoreError where error.kind == .settings {
      return filesFail(error.description, ExitCode.usage)
    }
  }

  private func filesFail(_ message: String, _ code: Int32) -> Int32 {
    log.error(message)
    if isJSON { output(["ok": false, "error": .string(message)]) }
    return code
  }

  /// The folders that `--store` names.
  func fileStoreNames() throws -> [String] {
    let names = command.values("store")
    for name in names where name.hasPrefix("/") || name.hasSuffix("/") {
      throw UsageProblem("--store takes a name such as uploads, without a slash at its ends")
    }
    return names
  }

  private func filesCopy() throws -> Int32 {
    let isDry = command.flag("dry-run")
    let from = try FileLocation(command.value("from") ?? "")
    let to = try FileLocation(command.value("to") ?? "")
    guard !from.overlaps(to) else {
      throw UsageProblem(
        "--from and --to are the same place, or one lies in the other; take places beside each other")
    }
    var copy = FileCopy(
      from: try from.open(environment: environment, ifAbsent: .refused),
      to: try to.open(environment: environment, ifAbsent: isDry ? .empty : .made), stop: stop)
    copy.stores = try fileStoreNames()
    copy.isDry = isDry
    copy.overwrites = command.flag("overwrite")
    copy.workers = command.integer("workers") ?? 4
    copy.memory = try copyMemory(copy)
    let ticker = CopyTicker(log)
    copy.progress = { ticker.tell($0) }
    let report = try copy.run()
    if isJSON {
      output(copyJSON(report, from, to))
    } else {
      output(copyText(report))
    }
    return report.isWhole ? ExitCode.done : ExitCode.drift
  }

  /// Where a target is configured and up to its tables, what was copied is remembered there.
  private func copyMemory(_ copy: FileCopy) throws -> (@Sendable () throws -> CopyMemory)? {
    if command.flag("no-memory") { return nil }
    guard let settings = try configuredTarget(of: try migrationMapping()) else { return nil }
    let connection = try PostgresConnection(settings)
    defer { connection.close() }
    if copy.isDry {
      guard try Catalog(connection).isCurrent() else { return nil }
    } else {
      try CopyMemory.prepare(connection)
    }
    let (source, destination) = (copy.source.location, copy.destination.location)
    return {
      try CopyMemory(try PostgresConnection(settings), source: source, destination: destination)
    }
  }
}
