public import Codec
public import Mapping
internal import SQLite

/// Source records that a mapping set takes, made from the set itself: of each field's type, its transforms backwards, references
/// that lead to records that are there, keys and unique fields that differ, and now and then a value that is missing, null or
/// empty where the mapping says what becomes of that.
///
/// ```swift
/// let fixtures = try Fixtures(of: mappings.set, seed: 7, records: 50)
/// try withMongo { database in
///   try fixtures.insert(into: database)
/// }
/// ```
///
/// The same seed makes the same records.
public struct Fixtures: Sendable {
  /// The set that they are for.
  public let set: MappingSet
  private var made: [String: [BSONDocument]] = [:]
  private let order: [String]

  /// Makes records of every entity that lists fields.
  ///
  /// - Parameters:
  ///   - records: how many of each.
  ///   - counts: how many of some, by the entity's name.
  ///   - values: source values for columns that the generator knows too little of (a domain with rules of its own), by
  ///     `entity.column`. Of a key or a unique column, one for each record.
  /// - Throws: ``FixtureError``, which names the column for which there is no value.
  public init(
    of set: MappingSet, seed: UInt64 = 1, records: Int = 10, counts: [String: Int] = [:],
    values: [String: [BSONValue]] = [:]
  ) throws {
    self.set = set
    let entities = Self.referredFirst(set.entities.filter { !$0.fields.isEmpty })
    order = entities.map(\.name)
    var finished: [String: (entity: Entity, records: [FixtureRecord])] = [:]
    for entity in entities {
      let given = values.filter { $0.key.hasPrefix(entity.name + ".") }.map {
        (String($0.key.dropFirst(entity.name.count + 1)), $0.value)
      }
      var maker = FixtureRecordMaker(
        // One that has always lived in Postgres has values of all kinds, as documents do.
        entity, kind: entity.isNative ? .mongo : set.sourceKind(of: entity), others: finished,
        given: Dictionary(given, uniquingKeysWith: { first, _ in first }), seed: seed)
      var own: [FixtureRecord] = []
      for number in 0..<(counts[entity.name] ?? records) { own.append(try maker.make(number, own: own)) }
      finished[entity.name] = (entity, own)
      made[entity.name] = own.map(\.document)
    }
  }

  /// The names of the entities, each after those that it refers to (where they don't refer to each other).
  public var entities: [String] { order }

  /// An entity's records as they stand in its source: documents of MongoDB, or rows of SQLite with a field for each column; of an
  /// entity without an older store, documents with a field for each column.
  public func documents(of entity: String) -> [BSONDocument] { made[entity] ?? [] }

  /// Each after what it needs; and after what it may refer to, unless that needs it in turn: then the reference gives way.
  private static func referredFirst(_ entities: [Entity]) -> [Entity] {
    func targets(_ entity: Entity, needed: Bool) -> [Entity] {
      let needs = entity.references.filter { reference in
        entity.fields.contains {
          reference.columns.contains($0.column) && ($0.required || entity.key.contains($0.column))
        }
      }
      let others =
        entity.references.filter { !needs.contains($0) }
        + entity.children.flatMap(\.all).flatMap(\.references)
      return (needed ? needs : others).compactMap { reference in
        entities.first { $0.name == reference.entity }
      }
    }
    func isNeeded(_ name: String, by entity: Entity, _ passed: inout Set<String>) -> Bool {
      guard passed.insert(entity.name).inserted else { return false }
      return targets(entity, needed: true).contains { $0.name == name || isNeeded(name, by: $0, &passed) }
    }
    var ordered: [Entity] = []
    var seen: Set<String> = []
    func visit(_ entity: Entity) {
      guard seen.insert(entity.name).inserted else { return }
      targets(entity, needed: true).forEach(visit)
      for target in targets(entity, needed: false) {
        var passed: Set<String> = []
        if !isNeeded(entity.name, by: target, &passed) { visit(target) }
      }
      ordered.append(entity)
    }
    entities.forEach(visit)
    return ordered
  }
}
