/// An embedded array as a table: one row for each element, with its parent's key and its place.
public struct ChildTable: Sendable, Equatable {
  /// What becomes of an array that is missing, null or empty.
  public enum ArrayAbsence: String, Sendable, CaseIterable {
    case noRows = "no-rows"
    case quarantine
  }
  /// What becomes of an element that is null.
  public enum NullElement: String, Sendable, CaseIterable {
    /// A row like any other: its fields are missing, and `@` is null.
    case row
    /// No row. The other elements keep their places.
    case skip
    case quarantine
  }

  /// Its name in the mapping file.
  public var name: String
  /// The array's path, ending in `[]`: from the record, or from the element of the table around this one.
  public var path: ValuePath
  public var location: SourceLocation
  public var table: TableName
  /// Columns that repeat the parent's key, in the key's order: for a table inside another, that one's parent columns
  /// and its ordinal.
  public var parentColumns: [String]
  /// The column with the element's 0-based place.
  public var ordinal: String
  /// Paths start at the element. The path without steps is the element itself.
  public var fields: [Field]
  /// Arrays inside the elements.
  public var children: [ChildTable]
  public var missing: ArrayAbsence
  public var null: ArrayAbsence
  public var empty: ArrayAbsence
  public var nullElement: NullElement
  /// References of its rows: each element of the array is one.
  public var references: [Reference]

  /// This one and those inside it, each after the one around it.
  public var all: [ChildTable] { [self] + children.flatMap(\.all) }

  /// - Parameters:
  ///   - name: the table's name where none is given.
  ///   - nullElement: what is usual for such fields where none is given.
  public init(
    name: String? = nil, path: ValuePath, location: SourceLocation, table: TableName, parentColumns: [String],
    ordinal: String, fields: [Field], children: [ChildTable] = [], missing: ArrayAbsence = .noRows,
    null: ArrayAbsence = .noRows, empty: ArrayAbsence = .noRows, nullElement: NullElement? = nil,
    references: [Reference] = []
  ) {
    self.name = name ?? table.name
    self.path = path
    self.location = location
    self.table = table
    self.parentColumns = parentColumns
    self.ordinal = ordinal
    self.fields = fields
    self.children = children
    self.missing = missing
    self.null = null
    self.empty = empty
    self.nullElement = nullElement ?? Self.usualNullElement(fields)
    self.references = references
  }

  /// A null is a value like others where the elements themselves are the values, and no document where fields are
  /// looked for in it.
  public static func usualNullElement(_ fields: [Field]) -> NullElement {
    fields.allSatisfy { $0.paths.allSatisfy(\.steps.isEmpty) } ? .row : .quarantine
  }
}

extension Entity {
  /// Whether it, or a child table of it, refers to anything.
  public var hasReferences: Bool {
    !references.isEmpty || children.flatMap(\.all).contains { !$0.references.isEmpty }
  }
}
