/// A dictionary that forgets what was used least recently when it is full.
struct RecentlyUsed<Key: Hashable, Value> {
  private struct Entry {
    var value: Value
    var lastUse: UInt64
  }
  private var entries: [Key: Entry] = [:]
  private var uses: UInt64 = 0
  let capacity: Int

  init(capacity: Int) { self.capacity = max(1, capacity) }

  var count: Int { entries.count }

  /// The value, which counts as used now.
  mutating func value(_ key: Key) -> Value? {
    guard let value = entries[key]?.value else { return nil }
    uses += 1
    entries[key]?.lastUse = uses
    return value
  }

  /// Keeps a value.
  ///
  /// - Returns: what had to go for it.
  mutating func insert(_ value: Value, for key: Key) -> Value? {
    uses += 1
    var displaced: Value?
    if entries[key] == nil, entries.count >= capacity,
      let oldest = entries.min(by: { $0.value.lastUse < $1.value.lastUse })?.key
    {
      displaced = entries.removeValue(forKey: oldest)?.value
    }
    entries[key] = Entry(value: value, lastUse: uses)
    return displaced
  }

  /// Forgets a value.
  @discardableResult
  mutating func remove(_ key: Key) -> Value? { entries.removeValue(forKey: key)?.value }

  mutating func removeAll() { entries.removeAll() }
}
