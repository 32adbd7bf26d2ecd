/// A mapping set with what is doubtful about it.
public struct MappingLoad: Sendable {
  public var set: MappingSet
  /// By file and position.
  public var warnings: [Diagnostic]

  public init(set: MappingSet, warnings: [Diagnostic]) {
    self.set = set
    self.warnings = warnings
  }

  /// Reads the mapping set in a folder: `set.yaml`, and one file for each entity.
  /// - Throws: `MappingErrors` with everything that is wrong.
  public static func read(directory: String) throws(MappingErrors) -> MappingLoad {
    let log = DiagnosticLog()
    let sources = MappingFolder(directory: directory, log: log).sources()
    return try load(sources, directory: directory, log: log)
  }

  /// Reads a mapping set from texts, each with its file's name.
  /// - Parameter directory: what the files' names are put behind in diagnostics, and the set's `directory`.
  /// - Throws: `MappingErrors` with everything that is wrong.
  public static func parse(files: [(name: String, text: String)], directory: String) throws(MappingErrors)
    -> MappingLoad
  {
    let log = DiagnosticLog()
    let folder = MappingFolder(directory: directory, log: log)
    let sources = folder.accepted(files.map(\.name)).compactMap { name in
      files.first { $0.name == name }.map { SourceText(file: folder.path(of: name), text: $0.text) }
    }
    return try load(sources, directory: directory, log: log)
  }

  private static func load(_ sources: [SourceText], directory: String, log: DiagnosticLog)
    throws(MappingErrors) -> MappingLoad
  {
    var setNode: YAMLNode?
    var entityNodes: [YAMLNode] = []
    var isEveryFileReadable = true
    for source in sources {
      let node = YAMLDocument.read(source, log: log)
      if let node {
        TagCheck(log: log).check(node)
      } else {
        isEveryFileReadable = false
      }
      if source.file == MappingFolder(directory: directory, log: log).path(of: MappingFolder.setFile) {
        setNode = node
      } else if let node {
        entityNodes.append(node)
      }
    }
    let set = setNode.map { SetReader(log: log).read($0) } ?? SetDraft()
    var drafts = entityNodes.compactMap { EntityReader(log: log, set: set).read($0) }
    let isEveryEntityKnown = isEveryFileReadable && drafts.count == entityNodes.count
    for draft in drafts { ColumnChecks(log: log).check(draft) }
    drafts = ReferenceChecks(log: log, isEveryEntityKnown: isEveryEntityKnown).resolve(drafts)
    SetChecks(log: log).check(set, drafts, isEveryEntityKnown: isEveryEntityKnown)
    GuardChecks(log: log).check(set, drafts, isEveryEntityKnown: isEveryEntityKnown)

    let found = MappingErrors(diagnostics: log.diagnostics)
    if log.hasErrors { throw found }
    let result = MappingSet(
      name: set.name, directory: directory, schema: set.schema, stores: set.stores.map(\.value),
      entities: drafts.map(\.entity), undeclared: set.undeclared,
      guardRules: SetGuardRules(
        mode: set.guardMode,
        roles: set.roles.map { GuardRole(name: $0.name.value, writers: $0.writers.map(\.value)) }),
      crossings: set.crossings.map(\.crossing))
    return MappingLoad(set: result, warnings: found.diagnostics)
  }
}

extension MappingSet {
  /// Reads and checks the mapping set in a folder.
  /// - Throws: `MappingErrors` with everything that is wrong, found in one pass.
  public static func load(directory: String) throws(MappingErrors) -> MappingSet {
    try MappingLoad.read(directory: directory).set
  }

  /// Reads and checks a mapping set from texts, each with its file's name.
  /// - Throws: `MappingErrors` with everything that is wrong, found in one pass.
  public static func parse(files: [(name: String, text: String)], directory: String = "")
    throws(MappingErrors) -> MappingSet
  {
    try MappingLoad.parse(files: files, directory: directory).set
  }
}
