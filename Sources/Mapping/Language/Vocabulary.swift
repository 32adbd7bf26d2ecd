/// The keys of one kind of object in the mapping language. The parser, the JSON Schema's test and the suggestions all read
/// these tables, so that they can't part.
package protocol VocabularyKey: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
  /// The object's name in messages, with its article.
  static var object: String { get }
  /// The object's name among the JSON Schema's definitions.
  static var definition: String { get }
  /// Keys that must be there.
  static var needed: [Self] { get }
}

extension VocabularyKey {
  package static var words: [String] { allCases.map(\.rawValue) }
}

enum SetKey: String, VocabularyKey {
  case set, schema, stores, audit, crossings
  case guardrails = "guard"
  static let object = "set.yaml"
  static let definition = "set"
  static let needed: [SetKey] = [.set, .stores]
}

enum SetAuditKey: String, VocabularyKey {
  case undeclared
  static let object = "the set's \"audit\""
  static let definition = "setAudit"
  static let needed: [SetAuditKey] = []
}

enum SetGuardKey: String, VocabularyKey {
  case mode, roles
  static let object = "the set's \"guard\""
  static let definition = "setGuard"
  static let needed: [SetGuardKey] = []
}

enum GuardKey: String, VocabularyKey {
  case mode, fence
  static let object = "\"guard\""
  static let definition = "guard"
  static let needed: [GuardKey] = []
}

enum CrossingKey: String, VocabularyKey {
  case entities, reason, link, expires
  static let object = "a crossing"
  static let definition = "crossing"
  static let needed: [CrossingKey] = [.entities, .reason, .link, .expires]
}

enum StoreKey: String, VocabularyKey {
  case kind, environment, url, database, protected
  case readPreference = "read-preference"
  case readConcern = "read-concern"
  static let object = "a store"
  static let definition = "store"
  static let needed: [StoreKey] = [.kind]
}

enum EntityKey: String, VocabularyKey {
  case entity, owner, phase, source, target, key, fields, children, rest, unmapped, references, filters,
    quarantine, audit, reset, writers, generated
  case guardrails = "guard"
  case jsonText = "json-text"
  static let object = "an entity"
  static let definition = "entity"
  static let needed: [EntityKey] = [.entity, .owner]
  /// What a core entity needs besides.
  static let neededForCore: [EntityKey] = [.key, .fields]
  /// What describes Postgres tables, and so is not for feature entities.
  static let coreOnly: [EntityKey] = [
    .phase, .target, .rest, .unmapped, .quarantine, .audit, .generated,
  ]
  /// What says how records are read from an older store, and so is not for entities that have none.
  static let moving: [EntityKey] = [.jsonText, .children, .rest, .unmapped, .filters, .quarantine, .audit]
}

enum SourceKey: String, VocabularyKey {
  case store, collection, table
  static let object = "a source"
  static let definition = "source"
  static let needed: [SourceKey] = [.store]
}

enum TargetKey: String, VocabularyKey {
  case table, schema
  static let object = "a target"
  static let definition = "target"
  static let needed: [TargetKey] = []
}

enum FieldKey: String, VocabularyKey {
  case from, type, transforms, required, unique, personal, missing, null, empty
  case nullElement = "null-element"
  case emptyElement = "empty-element"
  static let object = "a field"
  static let definition = "field"
  static let needed: [FieldKey] = [.type]
  /// What says how a value is read from an older store.
  static let moving: [FieldKey] = [
    .from, .transforms, .missing, .null, .empty, .nullElement, .emptyElement,
  ]
}

enum AbsenceKey: String, VocabularyKey {
  case value
  static let object = "a replacement"
  static let definition = "replacement"
  static let needed: [AbsenceKey] = [.value]
}

enum BooleanWordsKey: String, VocabularyKey {
  case `true`, `false`
  static let object = "\"boolean\""
  static let definition = "booleanWords"
  static let needed: [BooleanWordsKey] = [.true, .false]
}

enum ChildKey: String, VocabularyKey {
  case from, table, schema, parent, ordinal, missing, null, empty
  case nullElement = "null-element"
  case fields, children, references
  static let object = "a child table"
  static let definition = "child"
  static let needed: [ChildKey] = []
  /// What describes a Postgres table, and so is not for the children of feature entities.
  static let coreOnly: [ChildKey] = [.table, .schema]
}

enum ReferenceKey: String, VocabularyKey {
  case columns, entity, to
  case onDelete = "on-delete"
  case enforce
  static let object = "a reference"
  static let definition = "reference"
  static let needed: [ReferenceKey] = [.columns, .entity]
}

enum FilterKey: String, VocabularyKey {
  case field, exists
  case oneOf = "one-of"
  case noneOf = "none-of"
  static let object = "a filter"
  static let definition = "filter"
  static let needed: [FilterKey] = [.field]
  /// One of these says what the filter asks.
  static let tests: [FilterKey] = [.exists, .oneOf, .noneOf]
}

enum UnmappedKey: String, VocabularyKey {
  case ignore, others
  static let object = "\"unmapped\""
  static let definition = "unmapped"
  static let needed: [UnmappedKey] = []
}

enum QuarantineKey: String, VocabularyKey {
  case limit
  static let object = "\"quarantine\""
  static let definition = "quarantine"
  static let needed: [QuarantineKey] = []
}

enum AuditKey: String, VocabularyKey {
  case ignore, tolerance
  static let object = "\"audit\""
  static let definition = "audit"
  static let needed: [AuditKey] = []
}

enum ResetKey: String, VocabularyKey {
  case keep
  static let object = "\"reset\""
  static let definition = "reset"
  static let needed: [ResetKey] = []
}

/// What `keep` may say instead of columns and values.
enum KeepWord: String, CaseIterable {
  case all
}

enum NamedTypeKey: String, VocabularyKey {
  case `enum`, values, domain, base, schema, array
  static let object = "a type that a schema defines"
  static let definition = "namedType"
  static let needed: [NamedTypeKey] = []
}

enum GeneratedKey: String, VocabularyKey {
  case type, `as`
  static let object = "a generated column"
  static let definition = "generated"
  static let needed: [GeneratedKey] = [.type, .as]
}
