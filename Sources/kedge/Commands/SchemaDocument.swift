internal import Codec
internal import CommandLine
internal import Mapping

/// `kedge schema --json`: which source field goes into which column, for every table, those of nested arrays inside those
/// around them.
enum SchemaDocument {
  static func json(_ plans: [Mapping.EntityPlan]) -> JSONValue {
    .object([("entities", .array(plans.map(entity)))])
  }

  private static func entity(_ plan: Mapping.EntityPlan) -> JSONValue {
    var columns = plan.entity.fields.map { column($0, around: []) }
    if let rest = plan.entity.rest {
      columns.append([
        "path": "*", "paths": ["*"], "column": .string(rest), "type": "jsonb", "transforms": [],
      ])
    }
    columns += plan.entity.generated.map(generated)
    return .object([
      ("entity", .string(plan.entity.name)), ("source", .string(plan.entity.collection)),
      ("store", .string(plan.entity.store)), ("table", .string(plan.table.display)),
      ("key", .strings(plan.entity.key)), ("json_text", .strings(plan.entity.jsonText.map(\.description))),
      ("columns", .array(columns)), ("children", children(plan, of: nil)),
    ])
  }

  /// The tables of the arrays in a record, or in the elements of a child table.
  private static func children(_ plan: Mapping.EntityPlan, of parent: Int?) -> JSONValue {
    .array(
      plan.children.indices.filter { plan.children[$0].parent == parent }.map { index in
        let child = plan.children[index]
        return [
          "path": .string(child.path.description), "table": .string(child.table.display),
          "key": .strings(child.columns.prefix(child.leading).map(\.name)),
          "parent": .strings(child.source.parentColumns), "ordinal": .string(child.source.ordinal),
          "columns": .array(child.source.fields.map { column($0, around: child.path.steps) }),
          "children": children(plan, of: index),
        ]
      })
  }

  private static func column(_ field: Field, around: [ValuePath.Step]) -> JSONValue {
    let paths = field.paths.map { ValuePath(around + $0.steps).description }
    return .object([
      ("path", .optional(paths.first)), ("paths", .strings(paths)), ("column", .string(field.column)),
      ("type", .string(field.type.sql)), ("transforms", .strings(field.transforms.map(\.name))),
    ])
  }

  private static func generated(_ column: GeneratedColumn) -> JSONValue {
    let rule =
      switch column.value {
      case .identity: "identity"
      case .expression(let sql): sql
      }
    return [
      "path": .null, "paths": [], "column": .string(column.column), "type": .string(column.type.sql),
      "transforms": [], "generated": .string(rule),
    ]
  }
}
