internal import Codec
internal import Mapping

/// Where the values of each field of an entity go.
struct Destinations {
  /// By the bytes of the path: Swift takes texts for equal that differ in how an accent is written.
  private var byPath: [[UInt8]: String] = [:]
  private let rest: String?
  private let fields: [Field]

  init(_ entity: Entity?) {
    rest = entity?.rest
    fields = entity?.fields ?? []
    guard let entity else { return }
    for field in entity.fields {
      for path in field.paths { byPath[Self.key(path)] = Self.text(field) }
    }
    for child in entity.children { add(child, around: []) }
  }

  private mutating func add(_ child: ChildTable, around: [ValuePath.Step]) {
    let steps = around + child.path.steps
    byPath[Self.key(ValuePath(steps.dropLast()))] = "table \(child.table.display)"
    for field in child.fields {
      for path in field.paths {
        byPath[Self.key(ValuePath(steps + path.steps))] = "\(child.table.name).\(Self.text(field))"
      }
    }
    for inner in child.children { add(inner, around: steps) }
  }

  /// The column, or the one that holds what the field is part of.
  func text(_ field: FieldScan) -> String {
    if let own = byPath[Self.key(field.path)] { return own }
    var parent = field.path
    while parent.steps.count > 1 {
      parent.steps.removeLast()
      if let text = byPath[Self.key(parent)] {
        return "in " + (text.split(separator: " ").first.map(String.init) ?? text)
      }
    }
    if field.valueKinds == [.document] { return "columns of its own" }
    return rest.map { "in \($0)" } ?? "not mapped"
  }

  /// Columns that no counted field fills, such as a rowid's.
  func unseen(_ scan: CollectionScan) -> [Field] {
    fields.filter { field in
      field.paths.contains { path in path.steps.count == 1 && !scan.fields.contains { path.isField($0.name) }
      }
    }
  }

  private static func key(_ path: ValuePath) -> [UInt8] { Array(path.description.utf8) }

  static func text(_ field: Field) -> String {
    let transforms = field.transforms.map(\.name).joined(separator: ", ")
    return "\(field.column) \(field.type.sql)" + (transforms.isEmpty ? "" : " (\(transforms))")
  }
}
