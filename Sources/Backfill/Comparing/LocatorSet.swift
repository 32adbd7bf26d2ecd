internal import Catalog
internal import Postgres

/// Locators, by their hashes: what isn't in the set is told for certain, what is in it by all odds.
struct LocatorSet {
  /// Entries that are kept in memory.
  static let most = 4000

  private var hashes: Set<UInt64> = []
  /// There are more than are kept, so that nothing can be told.
  private(set) var isTooLarge = false

  /// The empty set.
  init() {}

  /// The records of an entity that wait in quarantine.
  ///
  /// - Throws: `PostgresError`.
  init(waitingIn connection: PostgresConnection, set: String, entity: String) throws {
    let rows = try connection.query(
      "SELECT locator FROM kedge.quarantine WHERE set_name = $1 AND entity = $2 LIMIT \(Self.most + 1)",
      [.text(set), .text(entity)])
    isTooLarge = rows.count > Self.most
    if isTooLarge { return }
    for row in rows { hashes.insert(try row.bytes("locator").withUnsafeBytes(Self.hash)) }
  }

  /// Whether there is nothing in it.
  var isEmpty: Bool { hashes.isEmpty && !isTooLarge }

  /// Whether the locator may be in the set. Allocates nothing.
  func mayHold(_ locator: UnsafeRawBufferPointer) -> Bool {
    if hashes.isEmpty { return isTooLarge }
    return hashes.contains(Self.hash(locator))
  }

  /// FNV-1a.
  private static func hash(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return value
  }
}
