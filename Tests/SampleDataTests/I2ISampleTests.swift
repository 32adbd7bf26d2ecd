import Testing

@testable import SampleData

@Suite struct I2ISampleTests {
  @Test(arguments: [20, 21, 100, 777, 5000])
  func rowsAddUpAndFitTheirTables(rows: Int) throws {
    let sample = try I2ISample(rows: rows)
    #expect(I2ITable.allCases.reduce(0) { $0 + sample.count($1) } == rows)
    for table in I2ITable.allCases {
      #expect(sample.count(table) > 0)
      #expect(sample.statuses(table).values.reduce(0, +) == sample.count(table), "\(table)")
      for index in 0..<sample.count(table) { #expect(sample.row(table, index).count == table.columns.count) }
    }
  }

  @Test func statusesAreThoseOfTheRows() throws {
    let sample = try I2ISample(rows: 3000, seed: 4)
    func found(_ table: I2ITable, _ column: Int) -> [String: Int] {
      (0..<sample.count(table)).reduce(into: [:]) { $0[sample.row(table, $1)[column] ?? "", default: 0] += 1 }
    }
    #expect(found(.images, 10) == sample.statuses(.images))
    #expect(found(.processingJobs, 5) == sample.statuses(.processingJobs))
    let whitelisted = found(.users, 5)
    #expect(
      sample.statuses(.users) == ["whitelisted": whitelisted["t"] ?? 0, "waiting": whitelisted["f"] ?? 0])
  }

  @Test func aJobItsOriginalAndItsResultBelongTogether() throws {
    let sample = try I2ISample(rows: 2000)
    let users = Set((0..<sample.count(.users)).compactMap { sample.row(.users, $0)[0] })
    let images = Dictionary(
      uniqueKeysWithValues: (0..<sample.count(.images)).map { index in
        let row = sample.row(.images, index)
        return (row[0] ?? "", row)
      })
    var results: Set<String> = []
    for index in 0..<sample.count(.processingJobs) {
      let job = sample.row(.processingJobs, index)
      let original = try #require(images[job[6] ?? ""])
      #expect(users.contains(job[1] ?? ""))
      #expect(original[1] == job[1] && original[2] == "original" && original[10] == "ready")
      guard let identifier = job[7] else {
        #expect(job[5] != "completed")
        continue
      }
      let result = try #require(images[identifier])
      #expect(result[1] == job[1] && result[2] == "result" && result[11] == job[10])
      #expect(results.insert(identifier).inserted, "a picture is the result of one job")
    }
    #expect(results.count == sample.count(.images) - sample.originalCount)
  }

  @Test func whatHasToBeUniqueIs() throws {
    let sample = try I2ISample(rows: 20_000)
    for (table, column) in [(.users, 0), (.users, 1), (.images, 3), (.processingJobs, 4)] as [(I2ITable, Int)]
    {
      let values = (0..<sample.count(table)).compactMap { sample.row(table, $0)[column] }
      #expect(Set(values).count == values.count, "\(table).\(table.columns[column])")
    }
    let hash = try #require(sample.row(.users, 7)[2])
    #expect(hash.wholeMatch(of: #/\$2b\$12\$[.\/A-Za-z0-9]{53}/#) != nil)
    #expect(sample.row(.users, 0)[1] == "admin@i2i.example")
  }

  @Test func sameSeedSameRowsOtherSeedOtherRows() throws {
    let (sample, again) = (try I2ISample(rows: 500, seed: 1), try I2ISample(rows: 500, seed: 1))
    let other = try I2ISample(rows: 500, seed: 2)
    #expect(sample.row(.processingJobs, 9) == again.row(.processingJobs, 9))
    #expect(sample.row(.processingJobs, 9) != other.row(.processingJobs, 9))
    #expect(throws: SampleError.self) { try I2ISample(rows: 19) }
  }
}
