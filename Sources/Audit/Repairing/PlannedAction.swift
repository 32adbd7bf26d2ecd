internal import Backfill
internal import Codec
internal import Mapping

/// One repair: a row that is to be written, or deleted, from what to what.
struct PlannedAction: Sendable, Equatable {
  enum Kind: String, Sendable, Codable, CaseIterable {
    case insert, update, delete

    /// The verdict that it repairs, as `kedge.audit_repairs` names it.
    var verdict: Verdict {
      switch self {
      case .insert: .missing
      case .update: .different
      case .delete: .extra
      }
    }
  }
  /// Its place in the plan, from 1.
  var number: Int
  var entity: String
  var kind: Kind
  /// The key's columns as text.
  var key: [String]
  /// What is written: values as text, those of personal columns as digests.
  var columns: [ColumnEvidence] = []
  /// What a deletion takes along by the target's foreign keys.
  var takes: [Taken] = []
  /// Names the source record; nil for a deletion.
  var locator: [UInt8]?
  /// The difference that it repairs, in `kedge.audit_differences`.
  var difference: Int
  /// Of the record as the target would have it; nil where there is none.
  var source: [UInt8]?
  /// Of the row as it is; nil where there is none.
  var target: [UInt8]?
}

/// Rows of another table that a deletion deletes, too, or takes a reference from.
struct Taken: Sendable, Equatable, Codable {
  enum Effect: String, Sendable, Codable { case delete, nullify }
  var table: String
  var effect: Effect
  var rows: Int

  init(table: String, effect: Effect, rows: Int) {
    self.table = table
    self.effect = effect
    self.rows = rows
  }

  /// As it stands in ``ActionTable``.
  var text: String { "\(rows) \(effect.rawValue) \(table)" }

  init?(_ text: String) {
    let parts = text.split(separator: " ", maxSplits: 2).map(String.init)
    guard parts.count == 3, let rows = Int(parts[0]), let effect = Effect(rawValue: parts[1]) else {
      return nil
    }
    self.init(table: parts[2], effect: effect, rows: rows)
  }
}

extension EntityPlan {
  /// Whether the old store still is the owner, so that the target may be written from it.
  var followsItsSource: Bool { entity.phase == .legacy || entity.phase == .shadow }

  /// Whether a plan's file names rows by the audit's own record of them: locators, or keys, may hold what is personal.
  var hidesNames: Bool {
    if keyColumns.contains(where: \.isPersonal) { return true }
    // A locator is `_id`, or the columns of a table's key.
    return entity.fields.contains { field in
      field.personal && (!slotNames.isEmpty || field.paths.contains { $0.steps.first == .field("_id") })
    }
  }

  /// Decides what a row becomes: a plan is for this mapping alone.
  var digest: String {
    var text =
      "\(entity.name)|\(entity.store)|\(entity.collection)|\(table.display)|\(columns)|\(key)|\(record)"
    for child in children { text += "|\(child.table.display)|\(child.columns)" }
    for reference in entity.references {
      text += "|\(reference.columns)|\(reference.entity)|\(reference.targetColumns)|\(reference.enforcement)"
    }
    return SHA256.hex(of: text)
  }
}

extension SHA256 {
  /// The digest of a text, as hexadecimal digits.
  static func hex(of text: String) -> String {
    var text = text
    var digest = ByteBuffer(capacity: 64)
    text.withUTF8 { append(digestOf: UnsafeRawBufferPointer($0), to: &digest) }
    return Hex.text(Array(digest.bytes))
  }
}

extension Hex {
  static func text(_ bytes: [UInt8]) -> String {
    var out = ByteBuffer(capacity: bytes.count * 2)
    bytes.withUnsafeBytes { append($0, to: &out) }
    return String(decoding: out.bytes, as: UTF8.self)
  }
}
