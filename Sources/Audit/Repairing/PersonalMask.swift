internal import Backfill
internal import Codec
internal import Foundation
internal import Mapping

/// Shows a logged row without what is personal: those values become digests.
struct PersonalMask {
  private let plan: EntityPlan?
  private let table: String

  /// - Parameters:
  ///   - plan: nil where the mapping doesn't know the entity any more: then nothing is shown.
  ///   - table: the table that the row is of, with its schema.
  init(_ plan: EntityPlan?, table: String) {
    self.plan = plan
    self.table = table
  }

  /// The names of the personal columns of a table; nil where the mapping doesn't know it.
  private func personal(_ table: String) -> Set<String>? {
    guard let plan else { return nil }
    if plan.table.display == table { return Set(plan.columns.filter(\.isPersonal).map(\.name)) }
    return plan.children.first { $0.table.display == table }.map {
      Set($0.columns.filter(\.isPersonal).map(\.name))
    }
  }

  func key(_ json: String) throws -> [String] {
    let texts = try JSONDecoder().decode([String?].self, from: Data(json.utf8)).map { $0 ?? "" }
    guard let plan, plan.table.display == table, plan.key.count == texts.count else {
      return texts.map(Self.digest)
    }
    return zip(plan.keyColumns, texts).map { $0.isPersonal ? Self.digest($1) : $1 }
  }

  func row(_ json: String) throws -> String {
    // As Postgres writes it, to the last digit of a number.
    if let plan, personal(table) != nil, !plan.hasPersonalFields { return json }
    guard let object = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any] else {
      return json
    }
    return try Self.text(masked(object, table))
  }

  private func masked(_ row: [String: Any], _ table: String) throws -> [String: Any] {
    let personal = personal(table)
    return try row.reduce(into: [:]) { out, member in
      if let children = member.value as? [[String: Any]], self.personal(member.key) != nil {
        out[member.key] = try children.map { try masked($0, member.key) }
      } else if personal?.contains(member.key) ?? true, !(member.value is NSNull) {
        out[member.key] = Self.digest(try Self.text(member.value))
      } else {
        out[member.key] = member.value
      }
    }
  }

  private static func text(_ value: Any) throws -> String {
    if let text = value as? String { return text }
    let data = try JSONSerialization.data(
      withJSONObject: value, options: [.fragmentsAllowed, .sortedKeys, .withoutEscapingSlashes])
    return String(decoding: data, as: UTF8.self)
  }

  private static func digest(_ text: String) -> String { "sha256:" + SHA256.hex(of: text).prefix(12) }
}
