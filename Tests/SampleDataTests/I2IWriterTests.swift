import Foundation
import Postgres
import SampleData
import TestSupport
import Testing

/// Rows of i2i, written into the tables that its migrations make.
@Suite struct I2IWriterTests {
  private func migrate(_ target: TestPostgres) throws {
    let folder = ShippedMappingTests.folder + "/../migrations/i2i"
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let file = try String(contentsOfFile: "\(folder)/\(name)", encoding: .utf8)
      try target.execute(try #require(file.components(separatedBy: "-- kedge: down").first))
    }
  }

  @Test func saysWhatIsMissingWritesAllOrNothingAndReplaces() throws {
    let target = try TestPostgres()
    let sample = try I2ISample(rows: 300, seed: 5)
    let writer = SampleWriter(replacing: false) { _, _ in }
    #expect(throws: SampleError.self) { try writer.write(sample, to: target.connection) }
    try migrate(target)
    let noWorkflows = #expect(throws: SampleError.self) { try writer.write(sample, to: target.connection) }
    #expect(noWorkflows?.description.contains("kedge seed") == true)
    try target.execute(
      "INSERT INTO workflow_configs (id, name, endpoint) VALUES ('mannequin-to-human-v1', '1', '/1'), ('mannequin-to-human-v2', '2', '/2')"
    )
    // The last of the three refuses its rows: nothing of the first two stays.
    try target.execute("ALTER TABLE processing_jobs ADD CONSTRAINT none CHECK (false)")
    #expect(throws: PostgresError.self) { try writer.write(sample, to: target.connection) }
    #expect(try target.value("SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM images)") == "0")
    try target.execute("ALTER TABLE processing_jobs DROP CONSTRAINT none")

    var reported: [String: Int] = [:]
    try SampleWriter(replacing: false) { reported[$0] = $1 }.write(sample, to: target.connection)
    for table in I2ITable.allCases {
      #expect(reported[table.rawValue] == sample.count(table))
      #expect(try target.value("SELECT count(*) FROM \(table.rawValue)") == "\(sample.count(table))")
    }
    #expect(throws: SampleError.self) { try writer.write(sample, to: target.connection) }
    let smaller = try I2ISample(rows: 100, seed: 6)
    try SampleWriter(replacing: true) { _, _ in }.write(smaller, to: target.connection)
    #expect(try target.value("SELECT count(*) FROM images") == "\(smaller.count(.images))")
    #expect(try target.value("SELECT count(*) FROM workflow_configs") == "2")
  }
}
