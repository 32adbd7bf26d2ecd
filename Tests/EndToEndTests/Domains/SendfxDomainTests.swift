import Codec
import Foundation
import Mongo
import SampleData
import TestSupport
import Testing

/// sendfx: the core lands in Postgres as its documents say it, the features stay, and the administrator outlives a reset.
@Suite("The domain sendfx")
struct SendfxDomainTests {
  @Test(
    "the core lands, dirt is told by its reason, orphans are found and cleaned, and a reset keeps what it must"
  )
  func wholeWay() throws {
    let domain = try KeptDomain("sendfx", rows: 600)
    try domain.run(["--until", "audit"])
    let sample = try SendfxSample(documents: 600, seed: 7, broken: 10, dirt: 13)
    try users(domain, sample)
    try usage(domain, sample)
    try quarantine(domain, sample)
    try domain.run(["--from", "guard", "--until", "reset"])
    #expect(try domain.rows("SELECT email, role FROM core.users") == ["admin@sendfx.ai": "admin"])
    #expect(try domain.rows("SELECT id, prompt_tokens FROM core.openai_usage").isEmpty)
    #expect(try domain.rows("SELECT model || valid_from, 1 FROM core.model_prices").count == 9)
    try domain.run(["--from", "checks"])
  }

  private func users(_ domain: KeptDomain, _ sample: SendfxSample) throws {
    let landed = try domain.rows("SELECT id, email, is_active, login_count FROM core.users")
    for index in 0..<sample.count(.users) {
      let document = sample.document(.users, index)
      let email = document["email"]?.string?.lowercased().trimmingCharacters(in: .whitespaces) ?? ""
      let active =
        switch document["isActive"] {
        case nil, .bool(true), .int32(1), .string("yes"): "t"
        default: "f"
        }
      let logins = document["loginCount"]?.integer ?? 0
      #expect(try landed[text(document["_id"])] == "\(email) | \(active) | \(logins)", "user \(index)")
    }
    // Of twins one, and nobody else who isn't sound.
    #expect(landed.count == sample.count(.users) + 1)
    #expect(landed.values.count { $0.hasPrefix("dirty.0@example.com ") } == 1)
  }

  private func usage(_ domain: KeptDomain, _ sample: SendfxSample) throws {
    let landed = try domain.rows(
      """
      SELECT id, workspace_id, writer, prompt_tokens, trim_scale(estimated_cost), round(extract(epoch FROM created_at) * 1000)
      FROM core.openai_usage
      """)
    var wanted: [String: String] = [:]
    for index in 0..<sample.count(.openaiusages) {
      let document = sample.document(.openaiusages, index)
      guard document["dryRun"] == nil else { continue }
      guard case .date(let time) = document["createdAt"] else {
        throw UnexpectedResult(description: "no date")
      }
      let writer = document["writer"]?.string ?? document["source"]?.string ?? ""
      wanted[try text(document["_id"])] =
        "\(try text(document["workspaceId"])) | \(writer) | \(document["promptTokens"]?.integer ?? 0)"
        + " | \(try millionths(document["estimatedCost"])) | \(time)"
    }
    #expect(landed == wanted)
  }

  private func quarantine(_ domain: KeptDomain, _ sample: SendfxSample) throws {
    let found = try domain.rows(
      """
      SELECT entity || ' ' || coalesce(constraint_name, reason || ' ' || coalesce(field, column_name)), count(*) FROM kedge.quarantine
      WHERE constraint_name IS NOT NULL OR reason = 'reference' GROUP BY 1
      """)
    #expect(
      found == [
        "users users_email_key": "1",
        "workspaces workspaces_slug_check": "1",
        "openai_usage openai_usage_tokens_check": "1",
        "openai_usage reference workspace_id": "1",
        "usage_counters reference workspace_id": "1",
        "workspace_members reference workspace_id": "1",
      ])
    let all = try domain.rows("SELECT entity, count(*) FROM kedge.quarantine GROUP BY entity")
    let truth = sample.truth().filter { $0.what == "quarantined" && $0.count > 0 }
    #expect(all.values.compactMap { Int($0) }.sorted() == truth.map(\.count).sorted())
  }

  // MARK: What documents say

  private func text(_ value: BSONValue?) throws -> String {
    guard case .objectID(let identifier) = value else { throw UnexpectedResult(description: "no ObjectId") }
    return identifier.description
  }

  /// A cost with six decimals at most, without zeros at its end.
  private func millionths(_ value: BSONValue?) throws -> String {
    let whole: Int
    switch value {
    case .double(let number): whole = Int((number * 1_000_000).rounded())
    // The coefficient of a Decimal128 with the exponent -6.
    case .decimal128(let low, _): whole = Int(low)
    default: whole = (value?.integer ?? 0) * 1_000_000
    }
    return "\(Decimal(whole) / 1_000_000)"
  }
}
