/// How one entity's records become rows: which source fields fill which slots, and which slots make which columns.
///
/// A plan is a value without any memory of its own beyond arrays; ``RecordEncoder`` compiles it into flat tables.
public struct RecordPlan: Sendable {
  public var shape: ShapePlan
  /// The main table's columns, in the order of the COPY statement.
  public var columns: [ColumnPlan]
  /// Indexes into `columns`, in the key's order.
  public var key: [Int]
  /// Whether the last column of the main table takes the fields that nothing else maps.
  public var hasRest: Bool
  public var children: [ChildPlan]
  public var filters: [FilterPlan]
  /// What becomes of fields that no path names.
  public var unmapped: UnmappedPlan

  public init(
    shape: ShapePlan, columns: [ColumnPlan], key: [Int], hasRest: Bool = false, children: [ChildPlan] = [],
    filters: [FilterPlan] = [], unmapped: UnmappedPlan = .count
  ) {
    self.shape = shape
    self.columns = columns
    self.key = key
    self.hasRest = hasRest
    self.children = children
    self.filters = filters
    self.unmapped = unmapped
  }
}

/// Which fields of a record fill which slots: a tree, one level for each sub-document that a path goes through.
public struct ShapePlan: Sendable {
  public struct FieldPlan: Sendable {
    public var key: [UInt8]
    /// The slot that takes the field's value, if a path ends here.
    public var slot: Int?
    /// The level below, if a path goes on.
    public var child: Int?
    /// The mapping leaves the field out by name.
    public var isIgnored = false
    /// The field's text holds JSON: `slot` takes the text, `parsedSlot` and `child` what it says.
    public var isJSONText = false
    public var parsedSlot: Int?
    /// For JSON text: a column takes the text as it is, so that nothing in it is unmapped.
    public var isTakenWhole = false
    public init(key: [UInt8], slot: Int? = nil, child: Int? = nil) {
      self.key = key
      self.slot = slot
      self.child = child
    }
  }
  public struct LevelPlan: Sendable {
    public var fields: [FieldPlan]
    /// What the level's own value must be.
    public var kind: ValueKind
    /// The level's path, for reports of fields that nothing maps.
    public var path: String
    /// Whether a mapped path goes through it; else it is there for fields that the mapping leaves out by name.
    public var isMapped: Bool
    /// For arrays: elements that no path names are left out.
    public var ignoresElements = false
    public init(kind: ValueKind, path: String, fields: [FieldPlan] = [], isMapped: Bool = true) {
      self.kind = kind
      self.path = path
      self.fields = fields
      self.isMapped = isMapped
    }
  }
  /// Level 0 is the record itself.
  public var levels: [LevelPlan]
  public var slotCount: Int
  /// The slot that takes the element itself (`@`, in child tables of scalars).
  public var wholeSlot: Int?

  public init(levels: [LevelPlan], slotCount: Int, wholeSlot: Int? = nil) {
    self.levels = levels
    self.slotCount = slotCount
    self.wholeSlot = wholeSlot
  }
}

/// What becomes of a value that isn't there.
public enum AbsencePlan: Sendable, Equatable {
  case null
  case refuse
  case keep
  /// This text takes the value's place, read as the column's type.
  case value([UInt8])
}

/// What becomes of an element of an array column that is null or empty.
public enum ElementPlan: Sendable, Equatable {
  /// A null in the array.
  case null
  /// Nothing; those behind it move up.
  case skip
  case refuse
  case keep
  /// This text takes the element's place, read as the element's type.
  case value([UInt8])
}

/// One target column.
public struct ColumnPlan: Sendable {
  public var name: String
  /// The slots to look at, in order; the first that isn't missing or null wins.
  public var slots: [Int]
  public var type: TargetType
  public var transforms: [Transform]
  public var missing: AbsencePlan
  public var null: AbsencePlan
  public var empty: AbsencePlan
  /// For arrays: null elements.
  public var nullElement: ElementPlan
  /// For arrays: elements that are empty texts, empty documents or empty arrays.
  public var emptyElement: ElementPlan

  public init(
    name: String, slots: [Int], type: TargetType, transforms: [Transform] = [], missing: AbsencePlan = .null,
    null: AbsencePlan = .null, empty: AbsencePlan = .keep, nullElement: ElementPlan = .null,
    emptyElement: ElementPlan = .keep
  ) {
    self.name = name
    self.slots = slots
    self.type = type
    self.transforms = transforms
    self.missing = missing
    self.null = null
    self.empty = empty
    self.nullElement = nullElement
    self.emptyElement = emptyElement
  }
}

/// An embedded array that becomes rows of a child table: the parent's key, the element's place, the element's columns.
public struct ChildPlan: Sendable {
  /// What becomes of an array that isn't there, or has nothing in it.
  public enum Absent: Sendable, Equatable { case noRows, refuse }
  /// What becomes of an element that is null.
  public enum NullElement: Sendable, Equatable { case row, skip, refuse }

  /// The number of its table among the record's tables; 0 is the main one.
  public var table: Int
  /// The slot of the record, or of the element around it, that holds the array.
  public var slot: Int
  public var shape: ShapePlan
  public var columns: [ColumnPlan]
  /// Arrays inside the element.
  public var children: [ChildPlan]
  public var missing = Absent.noRows
  public var null = Absent.noRows
  public var empty = Absent.noRows
  public var nullElement = NullElement.row
  /// The array's own field holds JSON text, which may be empty.
  public var isJSONText = false

  public init(table: Int, slot: Int, shape: ShapePlan, columns: [ColumnPlan], children: [ChildPlan] = []) {
    self.table = table
    self.slot = slot
    self.shape = shape
    self.columns = columns
    self.children = children
  }
}

/// A declared condition on a record.
public struct FilterPlan: Sendable {
  public enum Test: Sendable, Equatable {
    case exists(Bool)
    case oneOf([[UInt8]])
    case noneOf([[UInt8]])
  }
  public var slot: Int
  public var test: Test
  public init(slot: Int, test: Test) {
    self.slot = slot
    self.test = test
  }
}
