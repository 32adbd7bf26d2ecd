/// An entity as its file says, with the places that later checks need.
struct EntityDraft {
  var entity: Entity
  /// The key's columns where they are named.
  var key: [Located<String>] = []
  var fields: [FieldDraft] = []
  var children: [ChildDraft] = []
  var references: [ReferenceDraft] = []
  /// Where the target table is named, or the entity where it isn't.
  var tableLocation: SourceLocation
  var rest: Located<String>?
  /// Source fields whose text is JSON.
  var jsonText: [Located<ValuePath>] = []
  /// Source fields that "unmapped" leaves out.
  var ignored: [Located<ValuePath>] = []
  var isRow = false
  /// Target columns that rules name.
  var auditIgnore: [Located<String>] = []
  var auditTolerance: [Located<String>] = []
  var resetKeep: [Located<String>] = []
  /// Their values, with their places.
  var keepValues: [(column: String, value: Located<String>)] = []

  /// Whether a path goes into a column of a row, and nothing says that the column holds JSON.
  func goesIntoPlainColumn(_ path: ValuePath) -> Bool {
    isRow && path.steps.count > 1 && !jsonText.contains { $0.value.steps == Array(path.steps.prefix(1)) }
  }

  func field(_ column: String) -> FieldDraft? { fields.first { $0.field.column == column } }
}

/// A child table with the places that later checks need.
struct ChildDraft {
  var child: ChildTable
  var fields: [FieldDraft]
  var tableLocation: SourceLocation
  var parent: [Located<String>]
  var ordinal: Located<String>
  var children: [ChildDraft]
  var references: [ReferenceDraft] = []

  /// This one, and those inside it.
  var all: [ChildDraft] { [self] + children.flatMap(\.all) }
}

/// A reference with the places that later checks need.
struct ReferenceDraft {
  var reference: Reference
  var columns: [Located<String>]
  var entity: Located<String>
  /// Nil where the file names no target columns.
  var targets: [Located<String>]?
  /// Nil where the file doesn't say what keeps the reference.
  var enforcement: Located<Reference.Enforcement>?
  var onDelete: Located<Reference.OnDelete>?
}
