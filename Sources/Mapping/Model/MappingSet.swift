public import Codec

/// A whole mapping set, valid: what `MappingSet.load` returns and everything above reads.
public struct MappingSet: Sendable, Equatable {
  public var name: String
  /// The schema of target tables that name none.
  public var schema: String
  /// The folder that it was read from.
  public var directory: String
  public var stores: [Store]
  /// In the order of their files' names.
  public var entities: [Entity]
  /// What an audit makes of tables and collections that no entity declares.
  public var undeclared: UndeclaredRule
  public var guardRules: SetGuardRules
  /// Units of work that may write what different stores own, by name.
  public var crossings: [Crossing]

  public init(
    name: String, directory: String, schema: String = "core", stores: [Store], entities: [Entity],
    undeclared: UndeclaredRule = .report, guardRules: SetGuardRules = SetGuardRules(),
    crossings: [Crossing] = []
  ) {
    self.name = name
    self.schema = schema
    self.directory = directory
    self.stores = stores
    self.entities = entities
    self.undeclared = undeclared
    self.guardRules = guardRules
    self.crossings = crossings
  }

  /// The Postgres store that core entities move to; where the set declares none, one with the usual variables.
  public var targetStore: Store { stores.first { $0.kind == .postgres } ?? Self.usualTarget }

  /// The target of a set that declares none.
  static let usualTarget = Store(
    name: "postgres", kind: .postgres, environment: ["DATABASE_URL", "POSTGRES_URL"])

  /// What kind of store an entity is read from.
  public func sourceKind(of entity: Entity) -> Store.Kind {
    entity.isNative ? .postgres : store(named: entity.store)?.kind ?? .mongo
  }

  public func store(named name: String) -> Store? { stores.first { $0.name == name } }
  public func crossing(named name: String) -> Crossing? { crossings.first { $0.name == name } }
  public func entity(named name: String) -> Entity? { entities.first { $0.name == name } }

  /// Core entities, each after those that it refers to (an entity's references to itself don't count).
  public var coreInLoadOrder: [Entity] {
    var ordered: [Entity] = []
    var seen: Set<String> = []
    func visit(_ entity: Entity) {
      guard seen.insert(entity.name).inserted else { return }
      for reference in entity.references {
        if let target = self.entity(named: reference.entity) { visit(target) }
      }
      if entity.owner == .core { ordered.append(entity) }
    }
    entities.forEach(visit)
    return ordered
  }
}

extension MappingSet {
  /// Core entities that have an older store, in load order: those that move.
  public var movedInLoadOrder: [Entity] { coreInLoadOrder.filter { !$0.isNative } }
}

/// What an audit makes of a table or collection that no entity declares.
public enum UndeclaredRule: String, Sendable, CaseIterable {
  /// It is worth knowing, and no drift.
  case report
  case drift
  case ignore
}

/// A database that holds data.
public struct Store: Sendable, Equatable {
  public enum Kind: String, Sendable, CaseIterable { case postgres, mongo, sqlite }
  /// Which servers of a Mongo replica set are read from.
  public enum ReadPreference: String, Sendable, CaseIterable {
    case primary, primaryPreferred, secondary, secondaryPreferred, nearest
  }
  /// What reads may see of a Mongo replica set.
  public enum ReadConcern: String, Sendable, CaseIterable { case local, available, majority, linearizable }
  public var name: String
  public var kind: Kind
  /// Environment variables that may hold its URL (or, for SQLite, its path), the first that is set wins.
  public var environment: [String]
  /// A URL or a path from the file itself, never with a password; relative SQLite paths start at the mapping's folder.
  public var url: String?
  /// For Mongo: the database, where the URL names none.
  public var database: String?
  /// For Mongo: where neither a flag nor the URL says it.
  public var readPreference: ReadPreference?
  /// For Mongo: where neither a flag nor the URL says it.
  public var readConcern: ReadConcern?
  /// Whether a factory reset refuses to empty it.
  public var isProtected = false

  public init(
    name: String, kind: Kind, environment: [String] = [], url: String? = nil, database: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.environment = environment
    self.url = url
    self.database = database
  }
}

/// Where something stands in a mapping file.
public struct SourceLocation: Sendable, Hashable {
  public var file: String
  /// 1-based; columns count Unicode scalars.
  public var line: Int
  public var column: Int
  public init(file: String, line: Int, column: Int) {
    self.file = file
    self.line = line
    self.column = column
  }
}

/// One kind of record.
public struct Entity: Sendable, Equatable {
  public enum Owner: String, Sendable, CaseIterable { case core, feature }
  public enum Phase: String, Sendable, CaseIterable { case legacy, shadow, core, retired }

  public var name: String
  public var location: SourceLocation
  public var owner: Owner
  public var phase: Phase
  /// Whether it has always lived in Postgres: it has no older store, so that nothing is moved or compared.
  public var isNative = false
  /// The source store's name; the target's for a native entity.
  public var store: String
  /// The collection or table in the source store.
  public var collection: String
  /// The target table; for a feature entity, nil.
  public var table: TableName?
  /// The target columns that make the key, in order.
  public var key: [String]
  public var fields: [Field]
  /// Source fields whose text is JSON that paths go into; `[]` stands for every element of a child table's array.
  public var jsonText: [ValuePath]
  /// Embedded arrays that become tables of their own.
  public var children: [ChildTable]
  /// The jsonb column that takes every top-level field that nothing else maps.
  public var rest: String?
  /// Columns of the main table that Postgres fills by itself.
  public var generated: [GeneratedColumn]
  public var references: [Reference]
  /// Only records that match all of these are moved; the others are counted as filtered.
  public var filters: [Filter]
  /// What becomes of source fields that nothing above names.
  public var unmapped: UnmappedRule
  /// More quarantined records than this fail the run; nil means no limit.
  public var quarantineLimit: QuarantineLimit?
  /// Target columns that an audit doesn't compare.
  public var auditIgnore: [String]
  /// Absolute tolerance for numeric target columns in an audit.
  public var auditTolerance: [String: Double]
  /// What a factory reset keeps: rows whose column has one of the values.
  public var resetKeep: [KeepRule]
  /// Whether a factory reset leaves the whole entity as it is.
  public var resetKeepsAll = false
  /// Repositories and roles that may write.
  public var writers: [String]
  public var guardRules: GuardRules

  public init(
    name: String, location: SourceLocation, owner: Owner, phase: Phase = .legacy, store: String,
    collection: String, table: TableName?, key: [String], fields: [Field], jsonText: [ValuePath] = [],
    children: [ChildTable] = [],
    rest: String? = nil, generated: [GeneratedColumn] = [], references: [Reference] = [],
    filters: [Filter] = [], unmapped: UnmappedRule = UnmappedRule(), quarantineLimit: QuarantineLimit? = nil,
    auditIgnore: [String] = [], auditTolerance: [String: Double] = [:], resetKeep: [KeepRule] = [],
    writers: [String] = [], guardRules: GuardRules = GuardRules()
  ) {
    self.name = name
    self.location = location
    self.owner = owner
    self.phase = phase
    self.store = store
    self.collection = collection
    self.table = table
    self.key = key
    self.fields = fields
    self.jsonText = jsonText
    self.children = children
    self.rest = rest
    self.generated = generated
    self.references = references
    self.filters = filters
    self.unmapped = unmapped
    self.quarantineLimit = quarantineLimit
    self.auditIgnore = auditIgnore
    self.auditTolerance = auditTolerance
    self.resetKeep = resetKeep
    self.writers = writers
    self.guardRules = guardRules
  }
}

/// A table's name, with its schema.
public struct TableName: Sendable, Hashable {
  public var schema: String
  public var name: String
  public init(schema: String, name: String) {
    self.schema = schema
    self.name = name
  }
  /// Quoted for SQL.
  public var sql: String { quotedIdentifier(schema) + "." + quotedIdentifier(name) }
  /// As a person writes it.
  public var display: String { "\(schema).\(name)" }
}

/// An SQL identifier in double quotes, embedded quotes doubled.
public func quotedIdentifier(_ name: String) -> String {
  // By scalars: an accent after a quote would hide it inside one Character.
  "\"" + name.unicodeScalars.map { $0 == "\"" ? "\"\"" : String($0) }.joined() + "\""
}

/// What becomes of a value that is missing, null or empty.
public enum Absence: Sendable, Equatable {
  case null
  case quarantine
  /// This text, which is then encoded as a value of the column's type.
  case value(String)
  /// The value as it is (for `empty` alone: an empty text is a text).
  case keep
}

/// What becomes of an element of a native array that is null or empty.
public enum ElementAbsence: Sendable, Equatable {
  /// The element is null in the column's array.
  case null
  /// No element; those behind it move up.
  case skip
  case quarantine
  /// This text, which is then encoded as a value of the element's type.
  case value(String)
  /// The element as it is (for empty ones alone).
  case keep
}

/// One target column and where its value comes from.
public struct Field: Sendable, Equatable {
  /// The source path, and after it those that are tried when it is missing or null (`coalesce`). Empty for a constant.
  public var paths: [ValuePath]
  public var column: String
  public var location: SourceLocation
  public var type: TargetType
  public var transforms: [Transform]
  public var missing: Absence
  public var null: Absence
  /// For texts of length zero (after `trim`, where that is a transform), and empty arrays and documents.
  public var empty: Absence
  /// For an array column: what becomes of its null elements.
  public var nullElement: ElementAbsence
  /// For an array column: what becomes of its elements that are empty, as `empty` means it.
  public var emptyElement: ElementAbsence
  /// NOT NULL in the target.
  public var required: Bool
  public var unique: Bool
  /// Shown in reports as a digest.
  public var personal: Bool

  public init(
    paths: [ValuePath], column: String, location: SourceLocation, type: TargetType,
    transforms: [Transform] = [],
    missing: Absence = .null, null: Absence = .null, empty: Absence = .keep,
    nullElement: ElementAbsence = .null, emptyElement: ElementAbsence = .keep, required: Bool = false,
    unique: Bool = false, personal: Bool = false
  ) {
    self.paths = paths
    self.column = column
    self.location = location
    self.type = type
    self.transforms = transforms
    self.missing = missing
    self.null = null
    self.empty = empty
    self.nullElement = nullElement
    self.emptyElement = emptyElement
    self.required = required
    self.unique = unique
    self.personal = personal
  }
}

/// A reference to another entity, in the same store or across stores.
public struct Reference: Sendable, Equatable {
  public enum OnDelete: String, Sendable, CaseIterable {
    case restrict, cascade, setNull = "set-null", noAction = "no-action"
  }
  /// What keeps it: a foreign key in Postgres, an audit that reports orphans as drift, or nothing but a count.
  public enum Enforcement: String, Sendable, CaseIterable {
    case constraint, audit, none
  }
  public var columns: [String]
  public var entity: String
  /// The referenced columns; the referenced entity's key where the file names none.
  public var targetColumns: [String]
  public var onDelete: OnDelete
  public var enforcement: Enforcement
  public var location: SourceLocation
  /// Whether its one column is an array, each element of which refers.
  public var isArray: Bool

  public init(
    columns: [String], entity: String, targetColumns: [String], onDelete: OnDelete = .noAction,
    enforcement: Enforcement = .constraint, location: SourceLocation, isArray: Bool = false
  ) {
    self.columns = columns
    self.entity = entity
    self.targetColumns = targetColumns
    self.onDelete = onDelete
    self.enforcement = enforcement
    self.location = location
    self.isArray = isArray
  }
}

/// A condition on one source field.
public struct Filter: Sendable, Equatable {
  public enum Test: Sendable, Equatable {
    case exists(Bool)
    /// The value's canonical text is one of these.
    case oneOf([String])
    case noneOf([String])
  }
  public var path: ValuePath
  public var test: Test
  public var location: SourceLocation
  public init(path: ValuePath, test: Test, location: SourceLocation) {
    self.path = path
    self.test = test
    self.location = location
  }
}

/// Rows that a factory reset keeps.
public struct KeepRule: Sendable, Equatable {
  public var column: String
  public var values: [String]
  public init(column: String, values: [String]) {
    self.column = column
    self.values = values
  }
}
