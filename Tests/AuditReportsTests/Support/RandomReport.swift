import Audit
import Foundation

/// Reports of any shape, full of hostile texts; the same for the same seed.
struct RandomReport {
  private var state: UInt64

  init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 | 1 }

  /// xorshift64*.
  private mutating func next() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return state &* 0x2545_F491_4F6C_DD1D
  }

  private mutating func number(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }
  private mutating func bool() -> Bool { next() & 64 == 0 }
  private mutating func share() -> Double { Double(number(10_001)) / 10_000 }
  private mutating func count() -> Int { bool() ? 0 : bool() ? number(10) : number(1 << 40) }
  private mutating func pick<T>(_ values: [T]) -> T { values[number(values.count)] }

  private mutating func text() -> String {
    switch number(4) {
    case 0: return pick(Samples.hostile)
    case 1: return pick(Samples.hostile) + pick(Samples.hostile)
    default:
      var text = ""
      for _ in 0..<number(12) {
        // Any scalar of Unicode, most of them of the first few hundred.
        if let scalar = Unicode.Scalar(UInt32(bool() ? number(0x180) : number(0x11_0000))) {
          text.unicodeScalars.append(scalar)
        }
      }
      return text
    }
  }

  private mutating func optional(_ text: String) -> String? { bool() ? nil : text }
  private mutating func time() -> Date { Date(timeIntervalSince1970: Double(number(1 << 41)) / 1000) }

  private mutating func list<T>(_ limit: Int, _ make: (inout Self) -> T) -> [T] {
    (0..<number(limit + 1)).map { _ in make(&self) }
  }

  mutating func report() -> AuditReport {
    var report = AuditReport(
      run: number(1 << 40) + 1, set: text(), startedAt: time(), finishedAt: time(),
      entities: list(4) { $0.entity() })
    report.references = list(3) { random in
      ReferenceFinding(
        name: random.text(), entity: random.text(), refersTo: random.text(), isAcrossStores: random.bool(),
        checked: random.count(), orphans: random.count(), isEnforced: random.bool())
    }
    report.ownership = list(3) { random in
      OwnershipFinding(
        kind: random.pick(OwnershipFinding.Kind.allCases), store: random.text(), object: random.text(),
        entity: random.optional(random.text()), message: random.text(), isDrift: random.bool())
    }
    report.isComplete = bool()
    if bool() { report.plannedRepairs = count() }
    if bool() {
      var repair = RepairReport(run: number(1 << 40))
      repair.entities = list(2) { random in
        var entity = RepairReport.EntityRepair(entity: random.text())
        (entity.planned, entity.repaired, entity.changed) = (random.count(), random.count(), random.count())
        (entity.already, entity.refused, entity.untouched) = (random.count(), random.count(), random.count())
        return entity
      }
      repair.undone = list(2) { random in
        RepairReport.Undone(
          entity: random.text(), action: random.text(), key: random.list(2) { $0.text() },
          reason: random.text())
      }
      repair.leftOut = count()
      report.repair = repair
    }
    return report
  }

  private mutating func entity() -> AuditReport.EntityReport {
    var tally = AuditTally()
    let counts: [WritableKeyPath<AuditTally, Int>] = [
      \.compared, \.matching, \.missing, \.extra, \.different, \.orphans, \.duplicates, \.quarantined,
      \.filtered, \.inFlight, \.tolerated, \.repaired, \.toleratedOrphans,
    ]
    for path in counts { tally[keyPath: path] = count() }
    let name = text() + "e"
    var report = AuditReport.EntityReport(
      entity: name, tally: tally, seconds: Double(number(1 << 30)) / 1000,
      differences: list(5) { random in
        AuditDifference(
          entity: name, verdict: random.pick(Verdict.allCases), key: random.list(3) { $0.text() },
          columns: random.list(3) { random in
            ColumnEvidence(
              column: random.text(), source: random.optional(random.text()),
              target: random.optional(random.text()))
          },
          rule: random.optional(random.text()), reference: random.optional(random.text()),
          firstSeen: random.time(), lastSeen: random.time(), looks: random.number(9) + 1,
          isRepaired: random.bool())
      },
      bound: bool()
        ? nil
        : SampleBound(
          share: share(), population: count(), sampled: count(), drifting: count(), confidence: share(),
          upperShare: share() / 1000, coversExtras: bool(), seed: count()),
      coverage: share())
    report.note = optional(text())
    return report
  }
}
