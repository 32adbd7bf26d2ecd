import Foundation
import SQLite
import SampleData
import TestSupport
import Testing

/// motiv8: SQLite's odd types land in Postgres, rows still find their files, and the administrator outlives a reset.
@Suite("The domain motiv8")
struct Motiv8DomainTests {
  @Test(
    "every row lands as the file has it, its file is found, dirt is told by its reason, and a reset keeps what it must"
  )
  func wholeWay() throws {
    let domain = try KeptDomain("motiv8", rows: 600)
    try domain.run(["--until", "audit"])
    let sample = try Motiv8Sample(rows: 600, seed: 7, broken: 10, dirt: 12)
    try users(domain, sample)
    try media(domain, sample)
    try goals(domain, sample)
    try quarantine(domain, sample)
    try domain.run(["--from", "guard", "--until", "reset"])
    #expect(try domain.rows("SELECT email, is_admin FROM users") == ["admin@motiv8.example": "t"])
    #expect(try domain.rows("SELECT id, path FROM media_files").isEmpty)
    #expect(try domain.rows("SELECT code, days FROM programs").count == 8)
    try domain.run(["--from", "checks"])
  }

  private func users(_ domain: KeptDomain, _ sample: Motiv8Sample) throws {
    let landed = try domain.rows(
      "SELECT id, email, is_admin, plan, balance, round(extract(epoch FROM last_seen_at) * 1000) FROM users")
    for index in 0..<sample.count(.users) {
      let cells = sample.row(.users, index)
      let email = (cells[1].text ?? "").lowercased().trimmingCharacters(in: .whitespaces)
      var wanted = [email, index == 0 ? "t" : "f", (cells[5].text ?? "free").lowercased()]
      if case .real(let dollars) = cells[6] {
        wanted.append(String(format: "%.2f", dollars))
      } else {
        wanted.append("0.00")
      }
      if case .real(let seconds) = cells[10] {
        wanted.append("\(Int((seconds * 1000).rounded()))")
      } else {
        wanted.append("∅")
      }
      #expect(landed["\(index + 1)"] == wanted.joined(separator: " | "), "user \(index)")
    }
    #expect(landed.count == sample.count(.users) + 1)
  }

  private func media(_ domain: KeptDomain, _ sample: Motiv8Sample) throws {
    let landed = try domain.rows(
      "SELECT replace(id::text, '-', ''), store, path, size_bytes, width, sha256 IS NULL FROM media_files")
    for index in 0..<sample.count(.mediaFiles) {
      let cells = sample.row(.mediaFiles, index)
      let file = sample.file(index)
      let width = cells[6].integer.map { "\($0)" } ?? (cells[6].text.flatMap { $0.isEmpty ? nil : $0 } ?? "∅")
      #expect(
        landed[(cells[0].text ?? "").lowercased()]
          == "\(file.store.rawValue) | \(file.path) | \(file.content.count) | \(width) | \(cells[8].text == nil ? "t" : "f")",
        "file \(index)")
    }
    // Of twins one, and the row that has lost its file.
    #expect(landed.count == sample.count(.mediaFiles) + 2)
  }

  private func goals(_ domain: KeptDomain, _ sample: Motiv8Sample) throws {
    let landed = try domain.rows(
      "SELECT id, user_id, program, trim_scale(target), is_done, cardinality(tags), due_on FROM goals")
    var wanted: [String: String] = [:]
    for index in 0..<sample.count(.goals) {
      let cells = sample.row(.goals, index)
      guard cells[9].integer != 1 else { continue }
      func filled(_ value: SQLiteValue) -> String { value.text.flatMap { $0.isEmpty ? nil : $0 } ?? "∅" }
      let isDone = cells[6].integer == 1 || cells[6].text == "yes"
      let tags = cells[7].text.map { $0 == "[]" ? "∅" : "\($0.components(separatedBy: ",").count)" }
      let target = filled(cells[4])
      wanted["\(index + 1)"] = [
        "\(cells[1].integer ?? 0)", filled(cells[2]),
        target.hasSuffix(".0") ? String(target.dropLast(2)) : target,
        isDone ? "t" : "f", tags ?? "∅", filled(cells[8]),
      ].joined(separator: " | ")
    }
    #expect(landed == wanted)
  }

  private func quarantine(_ domain: KeptDomain, _ sample: Motiv8Sample) throws {
    let found = try domain.rows(
      """
      SELECT entity || ' ' || coalesce(constraint_name, reason || ' ' || coalesce(field, column_name)), count(*) FROM kedge.quarantine
      WHERE constraint_name IS NOT NULL OR reason = 'reference' GROUP BY 1
      """)
    #expect(
      found == [
        "users users_email_key": "1",
        "media_files media_files_by_path": "1",
        "goals reference user_id": "1",
        "goals reference program": "1",
        "goals goals_progress_check": "1",
        "generated_items reference media_id": "1",
        "generated_items reference goal_id": "1",
        "embeddings reference source_id": "1",
        "sessions reference user_id": "1",
        "media_files media_files_size_bytes_check": "1",
        "media_files media_files_path_check": "1",
      ])
    let all = try domain.rows("SELECT entity, count(*) FROM kedge.quarantine GROUP BY entity")
    let truth = sample.truth().filter { $0.what == "quarantined" && $0.count > 0 }
    #expect(all == Dictionary(uniqueKeysWithValues: truth.map { ($0.place, "\($0.count)") }))
  }
}
