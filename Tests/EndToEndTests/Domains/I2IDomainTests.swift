import Foundation
import SampleData
import TestSupport
import Testing

/// i2i: what has lived in Postgres from the start is migrated, seeded, guarded and reset; nothing moves.
@Suite("The domain i2i")
struct I2IDomainTests {
  @Test("its rows are what the generator made, nothing moves, and the whole way is gone")
  func wholeWay() throws {
    let domain = try KeptDomain("i2i", rows: 600)
    try domain.run(["--until", "audit"])
    let sample = try I2ISample(rows: 600, seed: 7)

    let users = try domain.rows("SELECT id, email, password_hash, role, is_whitelisted FROM users")
    let images = try domain.rows(
      "SELECT id, user_id, kind, blob_key, file_size, mime_type, width, height, status FROM images")
    let jobs = try domain.rows(
      """
      SELECT id, user_id, workflow_name, external_job_id, status, original_image_id, result_image_id, error,
        round(extract(epoch FROM completed_at - started_at) * 1000) FROM processing_jobs
      """)
    #expect(users == wanted(sample, .users, [0, 1, 2, 4, 5]))
    #expect(images == wanted(sample, .images, [0, 1, 2, 3, 6, 7, 8, 9, 10]))
    let times = jobs.mapValues { $0.components(separatedBy: " | ").last ?? "" }
    #expect(
      jobs.mapValues { $0.components(separatedBy: " | ").dropLast().joined(separator: " | ") }
        == wanted(sample, .processingJobs, [0, 1, 2, 4, 5, 6, 7, 8]))
    for index in 0..<sample.count(.processingJobs) {
      let row = sample.row(.processingJobs, index)
      #expect(try times[row[0] ?? ""] == milliseconds(from: row[9], to: row[10]), "job \(index)")
    }

    let moved = try domain.kedge("backfill")
    #expect(moved.code == 0)
    #expect(moved.output == "nothing to move: Postgres owns every core entity of the mapping set\n")
    let audited = try domain.kedge("audit")
    #expect(audited.code == 0)
    #expect(audited.output.contains("nothing to compare: Postgres owns every core entity of the mapping set"))
    #expect(audited.output.contains("no drift"))
    let named = try domain.kedge("backfill", "--entity", "users")
    #expect(named.code == 2)
    #expect(named.errors.contains("has always lived in Postgres"))

    // The application's pooled connection is found by its name; migrations take the direct one.
    let nowhere = "postgres://nobody@127.0.0.1:1/nothing"
    let pooled = try domain.kedge(["check", "--live"], ["POSTGRES_URL": domain.targetURL()])
    #expect(pooled.code == 0, "\(pooled.errors)")
    let direct = try domain.kedge(
      ["migrate", "status", "--migrations", "\(Program.root)/migrations/i2i"],
      ["POSTGRES_URL": nowhere, "POSTGRES_URL_NON_POOLING": domain.targetURL()])
    #expect(direct.code == 0, "\(direct.errors)")
    #expect(direct.output.contains("up to date"))

    try domain.run(["--from", "guard"])
  }

  /// Rows by their key as the generator has them, with the other columns at these places.
  private func wanted(_ sample: I2ISample, _ table: I2ITable, _ columns: [Int]) -> [String: String] {
    Dictionary(
      uniqueKeysWithValues: (0..<sample.count(table)).map { index in
        let row = sample.row(table, index)
        return (
          row[columns[0]] ?? "∅", columns.dropFirst().map { row[$0] ?? "∅" }.joined(separator: " | ")
        )
      })
  }

  private func milliseconds(from begin: String?, to end: String?) throws -> String {
    guard let begin, let end else { return "∅" }
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    return "\(Int((try style.parse(end).timeIntervalSince(try style.parse(begin)) * 1000).rounded()))"
  }
}
