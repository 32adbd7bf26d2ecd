/// Counts of observations, found by what was observed. Only the first sight of a new kind allocates.
struct ObservationTable: Sendable {
  /// Kinds beyond this many aren't told apart by writer or by the caller's own words, which come from outside and may be
  /// different each time. They are still counted.
  static let limit = 4096

  private struct Entry: Sendable {
    let hash: UInt64
    let set: String
    let attempt: WriteAttempt
    let reason: GuardReason
    var times = 0
    var first = UTCTime(microseconds: 0)
    var last = UTCTime(microseconds: 0)
  }

  private var entries: [Entry] = []
  /// Numbers of entries, each one higher so that 0 is an empty slot. At most half full.
  private var slots = [UInt32](repeating: 0, count: 64)

  /// Counts one write.
  ///
  /// - Returns: whether it is the first of its kind.
  mutating func count(_ reason: GuardReason, _ attempt: WriteAttempt, set: String, at time: UTCTime) -> Bool {
    let hash = Self.hash(reason, attempt)
    if let index = find(hash, reason, attempt, set: set) {
      add(to: index, at: time)
      return false
    }
    if entries.count >= Self.limit, !attempt.isAnonymous {
      return count(reason, attempt.anonymous, set: set, at: time)
    }
    if entries.count * 2 >= slots.count { grow() }
    entries.append(Entry(hash: hash, set: set, attempt: attempt, reason: reason))
    place(entries.count - 1)
    add(to: entries.count - 1, at: time)
    return true
  }

  /// All that was counted since the last time. What was seen once stays known, so that seeing it again allocates nothing.
  mutating func drain() -> [GuardObservation] {
    var drained: [GuardObservation] = []
    for index in entries.indices where entries[index].times > 0 {
      drained.append(observation(entries[index]))
      entries[index].times = 0
    }
    return drained
  }

  /// All that was counted since the last ``drain()``.
  var counted: [GuardObservation] { entries.filter { $0.times > 0 }.map(observation) }

  private func observation(_ entry: Entry) -> GuardObservation {
    GuardObservation(
      set: entry.set, entity: entry.attempt.entity ?? "", store: entry.attempt.store ?? "",
      operation: entry.attempt.operation, reason: entry.reason, writer: entry.attempt.writer,
      caller: entry.attempt.caller.description, times: entry.times, firstSeen: entry.first,
      lastSeen: entry.last)
  }

  private mutating func add(to index: Int, at time: UTCTime) {
    if entries[index].times == 0 { entries[index].first = time }
    entries[index].times += 1
    entries[index].last = time
  }

  // MARK: Finding

  private func find(_ hash: UInt64, _ reason: GuardReason, _ attempt: WriteAttempt, set: String) -> Int? {
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] != 0 {
      let index = Int(slots[slot]) - 1
      if entries[index].hash == hash, entries[index].reason == reason,
        entries[index].attempt.isSameKind(as: attempt), isSameName(entries[index].set, set)
      {
        return index
      }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  private mutating func place(_ index: Int) {
    var slot = Int(truncatingIfNeeded: entries[index].hash) & (slots.count - 1)
    while slots[slot] != 0 { slot = (slot + 1) & (slots.count - 1) }
    slots[slot] = UInt32(index) + 1
  }

  private mutating func grow() {
    slots = [UInt32](repeating: 0, count: slots.count * 2)
    for index in entries.indices { place(index) }
  }

  private static func hash(_ reason: GuardReason, _ attempt: WriteAttempt) -> UInt64 {
    let factor: UInt64 = 0x9E37_79B9_7F4A_7C15
    var hash = UInt64(truncatingIfNeeded: attempt.caller.line)
    func mix(_ value: UInt64) { hash = (hash ^ value) &* factor ^ (hash >> 31) }
    func mix(_ name: String?) {
      guard let name else { return mix(1) }
      mix(name.utf8.withContiguousStorageIfAvailable { NameTable.hash(UnsafeRawBufferPointer($0)) } ?? 2)
    }
    mix(attempt.operation.number)
    mix(reason.number)
    mix(attempt.entity)
    mix(attempt.store)
    mix(attempt.writer)
    mix(attempt.caller.text)
    return hash
  }
}

extension WriteAttempt {
  /// Whether it counts as the same observation. A source file's name is compared by its address first: it is one constant.
  func isSameKind(as other: WriteAttempt) -> Bool {
    caller.line == other.caller.line && operation == other.operation
      && isSameOptional(entity, other.entity) && isSameOptional(store, other.store)
      && isSameOptional(writer, other.writer) && isNamed == other.isNamed
      && isSameOptional(caller.text, other.caller.text) && caller.isInSameFile(as: other.caller)
  }

  /// Whether all of its words come from the program or the mapping.
  var isAnonymous: Bool { writer == Self.others && caller.text == nil }

  /// The same without the words from outside.
  var anonymous: WriteAttempt {
    var copy = self
    copy.writer = Self.others
    copy.isNamed = true
    if caller.text != nil { copy.caller = WriteCaller(fileID: "(others)", line: 0) }
    return copy
  }

  private static let others = "(others)"

  private func isSameOptional(_ one: String?, _ other: String?) -> Bool {
    guard let one, let other else { return one == nil && other == nil }
    return isSameName(one, other)
  }
}

extension WriteCaller {
  fileprivate func isInSameFile(as other: WriteCaller) -> Bool {
    guard fileID.hasPointerRepresentation, other.fileID.hasPointerRepresentation else { return false }
    if fileID.utf8Start == other.fileID.utf8Start { return true }
    return fileID.utf8CodeUnitCount == other.fileID.utf8CodeUnitCount
      && fileID.withUTF8Buffer { one in other.fileID.withUTF8Buffer { one.elementsEqual($0) } }
  }
}

extension WriteOperation {
  fileprivate var number: UInt64 {
    switch self {
    case .insert: 1
    case .update: 2
    case .delete: 3
    case .upsert: 4
    case .truncate: 5
    }
  }
}

extension GuardReason {
  /// Only those that can be observed need be told apart; others share a number, and are compared.
  fileprivate var number: UInt64 {
    switch self {
    case .wrongStore: 1
    case .notOwner: 2
    case .retired: 3
    case .moverIntoOwner: 4
    case .unnamedWriter: 5
    case .undeclaredWriter: 6
    case .staleFence: 7
    case .futureFence: 8
    case .missingFence: 9
    case .undeclaredCrossing: 10
    case .unknownCrossing: 11
    case .expiredCrossing: 12
    case .outsideCrossing: 13
    default: 0
    }
  }
}
