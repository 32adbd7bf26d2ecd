internal import Backfill
internal import Mapping
internal import Postgres
internal import RecordSources

/// Tables and collections that no entity declares, which a reset never touches: in the schemas of the target that the mapping
/// names, and in the other stores.
struct UndeclaredObjects {
  let plan: ResetPlan
  let context: BackfillContext
  let connection: PostgresConnection

  func names() throws -> [String] {
    try tables() + collections()
  }

  private func tables() throws -> [String] {
    let declared = plan.plans.flatMap { [$0.table] + $0.children.map(\.table) }
    let schemas = Set(declared.map(\.schema) + [plan.set.schema]).subtracting(["kedge"]).sorted()
    let list = schemas.map(quoteLiteral).joined(separator: ", ")
    return try connection.query(
      """
      SELECT n.nspname AS schema, c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname IN (\(list)) AND c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition
        AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid
          AND d.deptype = 'e')
      ORDER BY 1, 2
      """
    ).map { TableName(schema: try $0.text("schema"), name: try $0.text("name")) }
      .filter { !declared.contains($0) }.map { "\(plan.set.targetStore.name): \($0.display)" }
  }

  private func collections() throws -> [String] {
    var found: [String] = []
    for store in plan.set.stores {
      guard let source = context.sources[store.name], let session = try source.openSessions(1).take() else {
        continue
      }
      let declared = Set(plan.set.entities.filter { $0.store == store.name }.map(\.collection))
      found += try session.contents().filter { !declared.contains($0) }.map { "\(store.name): \($0)" }
    }
    return found
  }
}
