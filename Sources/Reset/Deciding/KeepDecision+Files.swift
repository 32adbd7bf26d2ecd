internal import Codec
internal import Mapping
internal import Postgres
internal import RecordSources

/// Foreign keys inside a file of SQLite, declared in the mapping or not: what stays there must not lose what it refers to.
extension KeepDecision {
  private static let batch = 500

  /// What tables that no reset touches refer to: those that no entity declares, and those that stay as they are.
  func keepReferredInFiles() throws {
    for object in plan.emptied where isFile(object) {
      for key in try writers.writer(of: object).foreignKeys() where key.target == object.name {
        let referrer = plan.objects.first { !$0.isRows && $0.store == object.store && $0.name == key.table }
        let isOldCopy = plan.frozen.contains { $0.store == object.store && $0.collection == key.table }
        guard !isOldCopy, referrer?.keepsAll ?? true else { continue }
        try keep(referredBy: key, in: object, from: nil)
      }
    }
  }

  /// What records refer to that were kept in the last round.
  func followFile(_ records: ResetObject) throws {
    guard isFile(records) else { return }
    for key in try writers.writer(of: records).foreignKeys() where key.table == records.name {
      guard
        let target = plan.emptied.first(where: {
          !$0.isRows && $0.store == records.store && $0.name == key.target
        })
      else { continue }
      var last = 0
      while true {
        let rows = try connection.query(
          "SELECT id, locator FROM \(KeptTables.records) WHERE store = $1 AND object = $2 AND round = $3 AND id > $4"
            + " ORDER BY id LIMIT \(Self.batch)",
          [.text(records.store), .text(records.name), .integer(current), .integer(last)])
        guard let final = rows.last else { break }
        last = try final.int("id")
        try keep(
          referredBy: key, in: target, from: try rows.map { try BSONDocument(bytes: $0.bytes("locator")) })
      }
    }
  }

  private func isFile(_ object: ResetObject) -> Bool {
    !object.isRows && plan.set.store(named: object.store)?.kind == .sqlite
  }

  private func keep(referredBy key: SourceForeignKey, in object: ResetObject, from locators: [BSONDocument]?)
    throws
  {
    guard let entity = object.entities.first else { return }
    var waiting: [BSONDocument] = []
    func send() throws {
      guard !waiting.isEmpty else { return }
      try keep(object, records: "SELECT l FROM unnest(\(quoteLiteral(waiting.asByteArrays))::bytea[]) u(l)")
      waiting.removeAll()
    }
    try writers.writer(of: object).referred(by: key, to: entity, from: locators) { locator in
      waiting.append(locator)
      if waiting.count >= Self.batch { try send() }
    }
    try send()
  }
}

extension [BSONDocument] {
  /// Their bytes, as Postgres writes an array of bytea.
  var asByteArrays: String {
    var list = ByteBuffer(capacity: count * 64)
    list.append(UInt8(ascii: "{"))
    for (index, document) in enumerated() {
      if index > 0 { list.append(UInt8(ascii: ",")) }
      list.append("\"\\\\x" as StaticString)
      document.bytes.withUnsafeBytes { Hex.append($0, to: &list) }
      list.append(UInt8(ascii: "\""))
    }
    list.append(UInt8(ascii: "}"))
    return String(decoding: list.bytes, as: UTF8.self)
  }
}
