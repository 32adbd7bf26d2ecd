internal import CommandLine
internal import Foundation
internal import Mapping
internal import Postgres
internal import Progress
internal import Seeds

/// Where seeds are, and where they go.
extension Session {
  /// The mapping set, where there is one: seeds of tables that no entity declares need none.
  private func seedMapping() throws -> MappingSet? {
    if command.value("mappings") == nil, command.value("seeds") != nil,
      !FileManager.default.fileExists(atPath: "mappings")
    {
      return nil
    }
    return try mappingSet()
  }

  private func seedPath(_ set: MappingSet?) throws -> String {
    let path = command.value("seeds") ?? "seeds/\(set?.name ?? "")"
    guard !path.contains("://") else {
      throw UsageProblem("--seeds wants a folder, and was given a URL; the target is named by --target")
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      throw UsageProblem(
        "there is no folder \"\(path)\" with seeds; make it, or name another with --seeds DIR")
    }
    return path
  }

  /// Runs the seeds of the set in its target.
  func runSeeds(_ options: SeedOptions) throws -> SeedReport {
    let set = try seedMapping()
    let folder = try SeedFolder(path: try seedPath(set))
    let connection: PostgresConnection
    do {
      var settings = try target(of: set)
      settings.applicationName =
        "kedge seed on \(ProcessInfo.processInfo.hostName.prefix(30)), process \(getpid())"
      connection = try PostgresConnection(settings)
    } catch {
      // What is wrong with the files is known without the target.
      try folder.check()
      throw error
    }
    defer { connection.close() }
    return try SeedRunner(connection, folder, set).run(options)
  }

  /// What the command line asks for.
  func seedOptions() -> SeedOptions {
    var options = SeedOptions()
    options.isDry = command.flag("dry-run") || command.flag("diff")
    options.isForced = command.flag("force")
    options.prunes = command.flag("prune")
    options.reportsAll = command.flag("diff")
    options.rowLimit = command.flag("diff") ? 1000 : 20
    options.patience = Double(command.integer("patience") ?? 60)
    options.stop = stop
    options.say = { [log] text in log.debug(text) }
    return options
  }
}
