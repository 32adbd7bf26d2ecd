internal import Backfill
internal import Mapping
internal import RecordSources

/// Tables and collections of the source stores that no entity declares.
struct UndeclaredCollections {
  let context: BackfillContext

  func findings() throws -> [OwnershipFinding] {
    var found: [OwnershipFinding] = []
    for store in context.set.stores {
      guard let source = context.sources[store.name], let session = try source.openSessions(1).take() else {
        continue
      }
      let declared = Set(context.set.entities.filter { $0.store == store.name }.map(\.collection))
      let what = store.kind == .mongo ? "collection" : "table"
      for name in try session.contents() where !declared.contains(name) {
        found.append(
          OwnershipFinding(
            kind: .undeclared, store: store.name, object: name,
            message:
              "no entity declares the \(what) \"\(name)\" of the store \"\(store.name)\"; say who owns it:"
              + " owner: core or owner: feature",
            isDrift: context.set.undeclared == .drift))
      }
    }
    return found
  }
}
