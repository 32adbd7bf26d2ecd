import Audit
import Backfill
import Catalog
import Codec
import Foundation
import TestSupport

/// A source, its moved copy, and damage in both: one database with every kind.
struct PlantedScene {
  let store: PlantedStore
  let things: Int
  let mongo: TestMongo?
  let sqlite: TestSQLite?
  let target: TestPostgres
  let engine: Engine
  let damages: [PlantedDamage]

  /// How many records the largest entity has: `KEDGE_PLANTED_ROWS`, or a number that takes seconds.
  static let things = ProcessInfo.processInfo.environment["KEDGE_PLANTED_ROWS"].flatMap { Int($0) } ?? 5000

  static let plants = TargetPlants.all + SourcePlants.all

  /// Makes the records, prepares those that are to be damaged, and moves everything.
  init(_ store: PlantedStore, things: Int = Self.things) throws {
    self.store = store
    self.things = things
    mongo = store == .mongo ? try TestMongo() : nil
    sqlite = store == .sqlite ? try TestSQLite() : nil
    target = try TestPostgres()
    damages = Self.placed(Self.plants.filter { $0.fits(store) }, things: things)
    engine = try Engine(mongo: mongo, sqlite: sqlite, into: target, PlantedMapping(store: store).files)
    if let mongo { try PlantedRecords.fill(mongo, things: things) }
    if let sqlite { try PlantedRecords.fill(sqlite, things: things) }
    try sqlite?.execute("BEGIN")
    for damage in damages {
      try prepare(damage, damage.first, damage.plant.before)
      try prepare(damage, damage.second, damage.plant.before2)
    }
    try sqlite?.execute("COMMIT")
    let report = try engine.backfill()
    guard report.entities.allSatisfy({ $0.tally.quarantined == 0 }) else {
      throw UnexpectedResult(description: "undamaged records wait in quarantine: \(try engine.refusals())")
    }
  }

  /// Gives each plant two records of its own, evenly spread over its entity; the first has an even number.
  private static func placed(_ plants: [Plant], things: Int) -> [PlantedDamage] {
    Dictionary(grouping: plants, by: \.entity).sorted { $0.key < $1.key }.flatMap { name, plants in
      let entity = PlantedEntity.named(name)
      let count = entity.count(things)
      let step = (count - entity.firstPlanted - 2) / plants.count / 2 * 2
      precondition(step >= 4, "\(plants.count) plants need more than \(count) records of \(name)")
      return plants.enumerated().map { index, plant in
        let first =
          switch plant.place {
          case .between: entity.firstPlanted + step * index
          case .first: 1
          case .last: count
          }
        return PlantedDamage(plant: plant, first: first, second: first + 1)
      }
    }
  }

  private func records(_ damage: PlantedDamage, in mongo: TestMongo) -> PlantedMongo {
    PlantedMongo(
      database: mongo, entity: damage.plant.entity, first: damage.first, second: damage.second)
  }

  private func prepare(_ damage: PlantedDamage, _ number: Int, _ fields: [String: PlantedValue]) throws {
    guard !fields.isEmpty else { return }
    if let mongo {
      for (field, value) in fields { try records(damage, in: mongo).set(field, value.bson, of: number) }
    }
    if let sqlite {
      let changes = fields.map { "\($0.key) = \($0.value.sql)" }.joined(separator: ", ")
      let key = damage.plant.entity == "pairs" ? "n = \(number)" : "id = \(number * 10)"
      try sqlite.execute("UPDATE \(damage.plant.entity) SET \(changes) WHERE \(key)")
    }
  }

  /// Does the damage.
  func apply(_ damages: [PlantedDamage]) throws {
    for damage in damages {
      do {
        if let sql = damage.plant.target { try target.execute(damage.filled(sql)) }
        if let sqlite, let sql = damage.plant.sqlite { try sqlite.execute(damage.filled(sql)) }
        if let mongo { try damage.plant.mongo?(records(damage, in: mongo)) }
      } catch {
        throw UnexpectedResult(description: "\(damage.plant.name): \(error)")
      }
    }
  }
}

/// What an audit said, held against what was planted.
struct PlantedVerdicts: Equatable {
  /// Drift, line by line.
  var drift: Set<String>
  /// Counts of what isn't drift, by entity: quarantined, tolerated, in flight.
  var counts: [String: [Int]]

  init(_ report: AuditReport) {
    drift = []
    counts = [:]
    for entity in report.entities {
      for one in entity.differences where one.verdict.isDrift {
        let key = one.key.joined(separator: ",")
        drift.insert("\(one.entity) \(one.verdict.rawValue) \(key) \(one.columns.map(\.column))")
      }
      counts[entity.entity] = [entity.tally.quarantined, entity.tally.tolerated, entity.tally.inFlight]
    }
  }

  init(expecting damages: [PlantedDamage]) {
    drift = Set(damages.flatMap(\.lines))
    counts = Dictionary(uniqueKeysWithValues: PlantedEntity.all.map { ($0.name, [0, 0, 0]) })
    for damage in damages {
      for expected in damage.plant.expected {
        if expected.verdict == .quarantined { counts[damage.plant.entity]?[0] += 1 }
        if expected.verdict == .tolerated { counts[damage.plant.entity]?[1] += 1 }
      }
    }
  }
}
