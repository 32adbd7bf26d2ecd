internal import Mapping
internal import Postgres

/// Tables of the core schema that are called like what a feature store owns, and that have rows.
struct FeatureData {
  let set: MappingSet

  func findings(_ tables: [TableName], _ connection: PostgresConnection) throws -> [OwnershipFinding] {
    let declared = Set(set.tables)
    let features = set.entities.filter { entity in
      // One in a Postgres store may well be the table itself.
      entity.owner == .feature && set.store(named: entity.store)?.kind != .postgres
    }
    var found: [OwnershipFinding] = []
    for table in tables where !declared.contains(table) {
      guard
        let entity = features.first(where: { entity in
          [entity.name, entity.collection].contains { Self.folded($0) == Self.folded(table.name) }
        })
      else { continue }
      let hasRows = try connection.query("SELECT EXISTS (SELECT FROM \(table.sql)) AS found").first?["found"]
      guard hasRows == "t" else { continue }
      found.append(
        OwnershipFinding(
          kind: .featureDataInCore, store: "postgres", object: table.display, entity: entity.name,
          message:
            "\(table.display) has rows, but \"\(entity.name)\" belongs to the store \"\(entity.store)\": find out"
            + " who writes them, move them there, and drop the table",
          isDrift: true))
    }
    return found
  }

  /// `flowDrafts`, `flow_drafts` and `FlowDrafts` are one name.
  static func folded(_ name: String) -> String {
    String(name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " })
  }
}
