import Audit
import TestSupport
import Testing

/// The audit never sleeps: one record of each kind of damage among many undamaged ones, in either source and on either
/// side, and one audit that has to name them all, and nothing else.
@Suite("Planted damage")
struct PlantedDamageTests {
  @Test("every kind of damage is found and named, and nothing else", arguments: PlantedStore.allCases)
  func everyKind(store: PlantedStore) throws {
    let scene = try PlantedScene(store)
    let undamaged = try audit(scene)
    expectEqual(PlantedVerdicts(undamaged), PlantedVerdicts(expecting: []))

    // One plant of each entity is held back at first: an expectation that didn't notice would prove nothing.
    let heldBack = Dictionary(grouping: scene.damages, by: \.plant.entity).compactMap {
      $0.value.last { !$0.lines.isEmpty }
    }
    let others = scene.damages.filter { damage in
      !heldBack.contains { $0.plant.name == damage.plant.name && $0.plant.entity == damage.plant.entity }
    }
    try scene.apply(others)
    let early = PlantedVerdicts(try audit(scene))
    expect(early, damages: others)
    #expect(early != PlantedVerdicts(expecting: scene.damages))
    #expect(
      PlantedVerdicts(expecting: scene.damages).drift.subtracting(early.drift)
        == Set(heldBack.flatMap(\.lines)))

    try scene.apply(heldBack)
    let report = try audit(scene)
    expect(PlantedVerdicts(report), damages: scene.damages)
    expectEvidence(report)
  }

  @Test("there are enough kinds, on both sides of both stores")
  func kinds() {
    for store in PlantedStore.allCases {
      let fitting = PlantedScene.plants.filter { $0.fits(store) }
      #expect(fitting.count { $0.target != nil } >= 100)
      #expect(fitting.count { store == .mongo ? $0.mongo != nil : $0.sqlite != nil } >= 60)
      #expect(Set(fitting.map { $0.entity + $0.name }).count == fitting.count)
    }
  }

  /// In many chunks, by several workers: damage at the edge of a chunk is damage, too.
  private func audit(_ scene: PlantedScene) throws -> AuditReport {
    try scene.engine.audit(listed: 100_000) {
      $0.chunkSize = max(100, scene.things / 40)
      $0.workers = 3
    }
  }

  /// Each column that differs shows both values, and they aren't the same; those of personal columns show digests.
  private func expectEvidence(_ report: AuditReport) {
    for one in report.entities.flatMap(\.differences) where one.verdict == .different {
      for column in one.columns {
        // As bytes: a person sees no difference between NFC and NFD, and Swift's texts don't either.
        #expect(
          column.source.map { Array($0.utf8) } != column.target.map { Array($0.utf8) },
          "\(one.entity) \(one.key) \(column)")
        if column.column == "email" {
          #expect(column.source?.hasPrefix("sha256:") == true, "\(column)")
          #expect(column.target?.hasPrefix("sha256:") == true, "\(column)")
        }
      }
    }
    let space = report.entities.flatMap(\.differences).flatMap(\.columns).first {
      $0.column == "name" && $0.target == ($0.source ?? "") + " "
    }
    #expect(space != nil, "no evidence shows a trailing space")
  }

  /// Names each plant that was overlooked, and each finding that nobody planted.
  private func expect(_ found: PlantedVerdicts, damages: [PlantedDamage]) {
    let expected = PlantedVerdicts(expecting: damages)
    for damage in damages {
      for line in damage.lines where !found.drift.contains(line) {
        Issue.record("overlooked: \(damage.plant.name): \(line)")
      }
    }
    for line in found.drift.subtracting(expected.drift).sorted() {
      Issue.record("a false alarm: \(line)")
    }
    #expect(found.counts == expected.counts, "quarantined, tolerated, in flight")
  }
}
