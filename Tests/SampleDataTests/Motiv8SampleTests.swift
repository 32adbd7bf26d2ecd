import Foundation
import SQLite
import Testing

@testable import SampleData

@Suite struct Motiv8SampleTests {
  @Test(arguments: [50, 51, 600, 5000])
  func rowsAddUpAndFitTheirTables(rows: Int) throws {
    let sample = try Motiv8Sample(rows: rows, broken: 20, dirt: 24)
    #expect(Motiv8Table.allCases.reduce(0) { $0 + sample.count($1) } == rows)
    for table in Motiv8Table.allCases {
      for index in 0..<sample.count(table) { #expect(sample.row(table, index).count == table.columnCount) }
    }
    for number in 0..<24 {
      #expect(sample.brokenRow(number).count == sample.fault(number).table.columnCount)
      #expect(sample.dirtyRows(number).count == sample.dirt(number).rows)
    }
  }

  @Test func rowsReferToRowsThatAreThereAndLand() throws {
    let sample = try Motiv8Sample(rows: 3000, seed: 3)
    let media = Set((0..<sample.count(.mediaFiles)).map { sample.mediaIdentifier($0) })
    #expect(media.count == sample.count(.mediaFiles))
    for index in 0..<sample.count(.embeddings) {
      let cells = sample.row(.embeddings, index)
      #expect(media.contains(cells[1].text ?? "") && media.contains(cells[2].text ?? ""))
    }
    for index in 0..<sample.count(.generatedItems) {
      guard let goal = sample.row(.generatedItems, index)[2].integer else { continue }
      #expect((1...sample.count(.goals)).contains(goal) && !sample.isDeleted(goal: goal - 1))
    }
    let settings = (0..<sample.count(.settings)).map { sample.row(.settings, $0) }
    #expect(Set(settings.map { "\($0[0]) \($0[1])" }).count == settings.count)
  }

  @Test func writesFilesAsItsRowsSay() throws {
    let folder = NSTemporaryDirectory() + "kedge-samples-\(UUID().uuidString)"
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: folder) } }
    let sample = try Motiv8Sample(rows: 200, dirt: 12)
    #expect(try sample.writeFiles(to: folder) == sample.count(.mediaFiles) + 1)
    for index in 0..<sample.count(.mediaFiles) {
      let cells = sample.row(.mediaFiles, index)
      let store = sample.store(ofMedia: index).rawValue
      let content = try Data(contentsOf: URL(filePath: "\(folder)/\(store)/\(cells[3].text ?? "")"))
      #expect(content.count == cells[5].integer ?? Int(cells[5].text ?? ""))
      if let digest = cells[8].text { #expect(Motiv8Sample.digest(Array(content)) == digest) }
    }
  }

  @Test func whatItWritesIsWhatItTells() throws {
    let path = NSTemporaryDirectory() + "kedge-samples-\(UUID().uuidString).db"
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    let sample = try Motiv8Sample(rows: 400, seed: 7, broken: 10, dirt: 24)
    try SampleWriter(replacing: false) { _, _ in }.write(sample, to: path)
    #expect(throws: SampleError.self) {
      try SampleWriter(replacing: false) { _, _ in }.write(sample, to: path)
    }
    let database = try SQLiteConnection(path: path, mode: .readOnly)
    for count in sample.truth() where count.what == "records" {
      let found = try database.query("SELECT count(*) FROM \(count.place)").first?.first?.integer
      #expect(found == count.count, "\(count.place)")
    }
    #expect(throws: SampleError.self) { try Motiv8Sample(rows: 49) }
  }
}
