internal import Codec

/// Decides which sub-documents become columns of their own and which stay whole, in one jsonb column.
///
/// A sub-document is taken apart only where nothing is lost by it: where it always is a document or missing, never empty,
/// and its keys are names rather than data.
struct DocumentLayout {
  /// More columns than this make rows that Postgres can't store and people can't read.
  static let columnLimit = 200
  /// The deepest sub-document that is taken apart.
  static let depthLimit = 4
  /// Above so many different keys, keys are taken for data.
  static let keyLimit = 40

  /// A column to be, and why it is one where one could have expected several.
  struct Leaf {
    var field: FieldScan
    /// Records in which it is missing, or the sub-document around it is.
    var absent = 0
    var remark: String?
  }

  /// In the order in which the fields were met.
  private(set) var leaves: [Leaf] = []

  /// - Parameters:
  ///   - fields: the fields of a record, or of an array's elements.
  ///   - isWhole: fields that must stay in one column whatever they hold, such as the key.
  init(_ fields: [FieldScan], isWhole: (FieldScan) -> Bool = { _ in false }) {
    let roots = fields.map { Node($0, depth: 1) }
    for root in roots where isWhole(root.field) { root.obstacle = "" }
    expand(roots)
    for root in roots { collect(root, absent: 0) }
  }

  private final class Node {
    let field: FieldScan
    let depth: Int
    var obstacle: String?
    var children: [Node] = []

    init(_ field: FieldScan, depth: Int) {
      self.field = field
      self.depth = depth
      obstacle = DocumentLayout.obstacle(field, depth: depth)
    }
  }

  /// Takes documents apart, the shallowest and among them the smallest first, while there is room for their columns.
  private func expand(_ roots: [Node]) {
    var count = roots.count
    var waiting = roots.filter { $0.obstacle == nil }
    while let next = waiting.indices.min(by: {
      let (left, right) = (waiting[$0], waiting[$1])
      return (left.depth, left.field.fields.count, $0) < (right.depth, right.field.fields.count, $1)
    }) {
      let node = waiting.remove(at: next)
      let more = node.field.fields.count - 1
      guard count + more <= Self.columnLimit else {
        node.obstacle =
          "kept whole: its \(node.field.fields.count) fields would make more than \(Self.columnLimit) columns"
        continue
      }
      count += more
      node.children = node.field.fields.map { Node($0, depth: node.depth + 1) }
      waiting += node.children.filter { $0.obstacle == nil }
    }
  }

  private mutating func collect(_ node: Node, absent: Int) {
    let absent = absent + node.field.missing
    guard node.children.isEmpty else {
      for child in node.children { collect(child, absent: absent) }
      return
    }
    let remark = node.obstacle.flatMap { $0.isEmpty ? nil : $0 }
    leaves.append(Leaf(field: node.field, absent: absent, remark: remark))
  }

  /// Why a field stays one column: empty where nobody would expect otherwise, nil where it can be taken apart.
  private static func obstacle(_ field: FieldScan, depth: Int) -> String? {
    guard let documents = field.kinds[.document] else { return "" }
    // The choice of the column says what else is there.
    guard field.valueKinds == [.document] else { return "" }
    if field.nulls > 0 {
      return "kept whole: null in \(field.nulls), which columns couldn't tell from missing"
    }
    if field.documents.empty > 0 {
      return "kept whole: empty in \(field.documents.empty), which columns couldn't tell from missing"
    }
    if depth > depthLimit { return "kept whole: nested too deeply for columns" }
    if field.documents.uncounted > 0 { return "kept whole: too many different fields to count" }
    if field.documents.repeatedFields > 0 { return "kept whole: a field's name stands twice in some" }
    if field.fields.contains(where: { !$0.hasValidName }) {
      return "kept whole: some of its fields' names aren't UTF-8"
    }
    if hasDynamicKeys(field, documents) {
      return "kept whole: its \(field.fields.count) different keys look like data, not like names"
    }
    return nil
  }

  /// Whether most keys are rare, or there are too many to be names.
  private static func hasDynamicKeys(_ field: FieldScan, _ documents: Int) -> Bool {
    if field.fields.count > keyLimit { return true }
    guard field.fields.count > 10 else { return false }
    let rare = field.fields.filter { ($0.present) * 10 < documents }.count
    return rare * 2 > field.fields.count
  }
}
