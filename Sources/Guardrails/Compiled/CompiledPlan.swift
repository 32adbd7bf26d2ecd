internal import Mapping

/// A plan in the form that checks are made from: the answers to all questions but the fence's are looked up.
///
/// Immutable, so that any number of threads may decide by it at once.
final class CompiledPlan: Sendable {
  /// What an entity's check needs, in one place of memory.
  struct Row: Sendable {
    let mode: GuardMode
    let requiresFence: Bool
    let epoch: Int
  }

  let plan: GuardPlan
  /// Tells handles of this mapping from those of others.
  let shape: UInt32
  private let epoch: Int
  private let entityNames: NameTable
  private let storeNames: NameTable
  private let writerNames: NameTable
  private let operationNames: NameTable
  /// In the order of their numbers, those of the fixed handles included.
  private let writers: [String?]
  private let rows: [Row]
  /// By entity, then store.
  private let standings: [Standing]
  /// By entity: a bit for each writer, by its number.
  private let permitted: [UInt64]
  private let wordsPerEntity: Int
  private let storeCount: Int

  init(_ plan: GuardPlan) {
    self.plan = plan
    epoch = plan.epoch
    storeCount = plan.stores.count
    operationNames = NameTable(WriteOperation.allCases.enumerated().map { ($1.rawValue, $0) })
    entityNames = NameTable(plan.entities.enumerated().map { ($1.name, $0) })
    let kinds = Set(plan.stores.map(\.kind.rawValue))
    storeNames = NameTable(
      plan.stores.enumerated().map { ($1.name, $0) }
        + kinds.sorted().compactMap { kind in plan.store(named: kind).map { (kind, $0) } })

    var names: [String?] = [nil, nil, KedgeWriter.mover, KedgeWriter.maintainer]
    names += plan.entities.flatMap(\.writers) as [String?]
    names += plan.roles.map(\.name) as [String?]
    writers = names
    writerNames = NameTable(names.enumerated().compactMap { number, name in name.map { ($0, number) } })

    rows = plan.entities.map { Row(mode: $0.mode, requiresFence: $0.requiresFence, epoch: $0.epoch) }
    standings = plan.entities.indices.flatMap { entity in
      plan.stores.indices.map { plan.standing(of: entity, in: $0) }
    }
    wordsPerEntity = (names.count + 63) / 64
    var permitted = [UInt64](repeating: 0, count: wordsPerEntity * plan.entities.count)
    for (entity, declared) in plan.entities.enumerated() {
      for (number, name) in names.enumerated() {
        let isPermitted =
          number == WriterHandle.undeclared.index
          ? declared.writers.isEmpty : plan.writerRefusal(name, declared) == nil
        if isPermitted { permitted[entity * wordsPerEntity + number / 64] |= 1 << UInt64(number % 64) }
      }
    }
    self.permitted = permitted
    shape = Self.shape(of: plan, writers: names)
  }

  /// A number that two mappings of different names or order don't share. Phases, modes and epochs don't count.
  private static func shape(of plan: GuardPlan, writers: [String?]) -> UInt32 {
    let names =
      [plan.set] + plan.entities.map(\.name) + ["\n"] + plan.stores.map(\.name) + ["\n"]
      + writers.map { $0 ?? "" }
    let hash = Array(names.joined(separator: "\n").utf8).withUnsafeBytes(NameTable.hash)
    // 0 is the fixed handles' own.
    return max(1, UInt32(truncatingIfNeeded: hash))
  }

  // MARK: Names

  func entity(named name: String) -> UInt32 { entityNames.number(of: name) }
  func store(named name: String) -> UInt32 { storeNames.number(of: name) }
  func isOperation(_ word: String) -> Bool { operationNames.number(of: word) != NameTable.missing }

  func writer(named name: String?) -> UInt32 {
    guard let name else { return WriterHandle.unnamed.index }
    let number = writerNames.number(of: name)
    return number == NameTable.missing ? WriterHandle.undeclared.index : number
  }

  func name(of entity: EntityHandle) -> String? {
    index(of: entity).map { plan.entities[$0].name }
  }

  func name(of store: StoreHandle) -> String? { index(of: store).map { plan.stores[$0].name } }

  func name(of writer: WriterHandle) -> String? {
    writer.index < writers.count ? writers[Int(writer.index)] : nil
  }

  // MARK: Handles

  func index(of entity: EntityHandle) -> Int? {
    entity.shape == shape && entity.index < rows.count ? Int(entity.index) : nil
  }

  func index(of store: StoreHandle) -> Int? {
    store.shape == shape && store.index < storeCount ? Int(store.index) : nil
  }

  /// A writer of another mapping is nobody that this one knows.
  func index(of writer: WriterHandle) -> Int {
    let isKnown =
      writer.index < WriterHandle.firstOfPlan || (writer.shape == shape && writer.index < writers.count)
    return Int(isKnown ? writer.index : WriterHandle.undeclared.index)
  }

  // MARK: Deciding

  func decide(_ entity: EntityHandle, _ store: StoreHandle, _ writer: WriterHandle, fence: Int?)
    -> GuardDecision
  {
    guard let entity = index(of: entity) else { return GuardDecision(.unknownEntity) }
    guard let store = index(of: store) else { return GuardDecision(.unknownStore) }
    return decide(entity: entity, store: store, writer: index(of: writer), fence: fence)
  }

  /// The same as ``GuardPlan/decide(entity:store:writer:fence:)``, looked up.
  func decide(entity: Int, store: Int, writer: Int, fence: Int?) -> GuardDecision {
    let standing = standings[entity * storeCount + store]
    if standing == .unknownPhase { return GuardDecision(.unknownPhase) }
    let row = rows[entity]
    if row.mode == .off { return GuardDecision(.off) }
    return GuardDecision(
      reason(entity, row, standing, writer: writer, fence: fence), observes: row.mode == .observe)
  }

  private func reason(_ entity: Int, _ row: Row, _ standing: Standing, writer: Int, fence: Int?)
    -> GuardReason
  {
    var allowed = GuardReason.owner
    switch standing {
    case .unknownPhase: return .unknownPhase
    case .elsewhere: return .wrongStore
    case .retired: return .retired
    case .copy:
      guard writer == WriterHandle.mover.index else { return .notOwner }
      allowed = .mover
    case .owner:
      if writer == WriterHandle.mover.index { return .moverIntoOwner }
      if writer == WriterHandle.maintainer.index {
        allowed = .maintenance
      } else if permitted[entity * wordsPerEntity + writer / 64] & (1 << UInt64(writer % 64)) == 0 {
        return writer == WriterHandle.unnamed.index ? .unnamedWriter : .undeclaredWriter
      }
    }
    guard let fence else { return row.requiresFence ? .missingFence : allowed }
    if fence < row.epoch { return .staleFence }
    if fence > epoch { return .futureFence }
    return allowed
  }
}
