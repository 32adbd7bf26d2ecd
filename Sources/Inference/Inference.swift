internal import Codec
public import Mapping

/// Makes a mapping set of what a scan has counted.
///
/// The set moves everything as it is, with no edit: each column's type is one that holds every value that was met. Where
/// a person should decide, a comment says what was found.
public enum Inference {
  /// A mapping set, and the comments for its files. The same scan gives the same set.
  public static func infer(_ result: ScanResult, options: InferOptions = InferOptions()) -> (
    set: MappingSet, comments: MappingComments
  ) {
    let store = "source"
    var tables = NameRegistry(.table)
    let names = tables.assign(result.collections.map(\.name), fallback: "unnamed")
    var builder = EntityBuilder(options: options, store: store, tables: tables)
    var drafts = zip(result.collections, names).map { builder.draft($0, name: $1) }
    var references = ReferenceChoice(drafts)
    references.add(to: &drafts)

    let set = MappingSet(
      name: options.setName ?? SafeName.of(result.source.name, fallback: "source"), directory: "",
      schema: options.schema, stores: [self.store(store, result.source)],
      entities: drafts.map(\.entity).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) })
    var comments = MappingComments(set: setComments(result))
    for draft in drafts {
      comments.entity[draft.entity.name] = draft.comments
      comments.field[draft.entity.name] = draft.fieldComments
    }
    return (set, comments)
  }

  private static func store(_ name: String, _ source: ScannedSource) -> Store {
    Store(
      name: name, kind: source.kind, environment: [source.kind == .mongo ? "MONGODB_URI" : "SQLITE_PATH"],
      url: source.url, database: source.database)
  }

  private static func setComments(_ result: ScanResult) -> [String] {
    let nouns = result.source.kind == .mongo ? ("collections", "documents") : ("tables", "rows")
    var comments = [
      "Inferred from \(result.source.kind.rawValue) \(result.source.display).",
      "\(result.collections.count) \(nouns.0), \(result.records) \(nouns.1).",
      "Types hold every value that was there. Comments above a field say where a person should decide.",
    ]
    comments += result.skipped.map { "Left out: \($0.kind) \($0.name): \($0.reason)." }
    return comments
  }
}
