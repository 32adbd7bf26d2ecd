import Codec
import Testing

@testable import SampleData

@Suite struct MomentTests {
  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
      (951_782_400_000, "2000-02-29T00:00:00.000Z"), (1_709_209_845_678, "2024-02-29T12:30:45.678Z"),
      (4_102_444_799_999, "2099-12-31T23:59:59.999Z"),
    ] as [(Int64, String)])
  func writesWhatAJavaScriptClockWrites(milliseconds: Int64, text: String) {
    #expect(Moment(milliseconds: milliseconds).isoText == text)
  }

  @Test func writesTheFormsOfOldApplications() {
    let moment = Moment(milliseconds: 1_709_209_845_678)
    #expect(moment.sqliteText == "2024-02-29 12:30:45")
    #expect(moment.sqliteFractionText == "2024-02-29 12:30:45.678")
    #expect(moment.dayFirstText == "29.02.2024")
    #expect(moment.monthText == "2024-02")
  }

  @Test func creationRunsFromTheOpeningOnAndStaysInRange() {
    for count in [1, 7, 100_000] {
      #expect(Moment.creation(0, of: count).milliseconds >= Moment.opening.milliseconds)
      let last = Moment.creation(count - 1, of: count).milliseconds
      #expect(last < Moment.opening.milliseconds + Moment.span + 1000)
    }
  }
}

@Suite struct SendfxSampleTests {
  @Test func sameSeedSameBytesOtherSeedOtherBytes() throws {
    let sample = try SendfxSample(documents: 2000, seed: 1)
    let again = try SendfxSample(documents: 2000, seed: 1)
    let other = try SendfxSample(documents: 2000, seed: 2)
    for collection in SendfxCollection.allCases {
      let index = sample.count(collection) / 2
      #expect(sample.document(collection, index).bytes == again.document(collection, index).bytes)
    }
    #expect(sample.document(.users, 5).bytes != other.document(.users, 5).bytes)
  }

  @Test(arguments: [20, 21, 100, 1000, 100_000])
  func coreDocumentsAddUp(documents: Int) throws {
    let sample = try SendfxSample(documents: documents)
    let core = SendfxCollection.allCases.filter(\.isCore)
    #expect(core.reduce(0) { $0 + sample.count($1) } == documents)
    #expect(SendfxCollection.allCases.allSatisfy { sample.count($0) > 0 })
  }

  @Test func everyDocumentIsValid() throws {
    let sample = try SendfxSample(documents: 3000, broken: 50)
    for collection in SendfxCollection.allCases {
      for index in 0..<sample.count(collection) {
        try sample.document(collection, index).withRaw { try BSONReader.validate($0, checkUTF8: true) }
      }
    }
    for number in 0..<50 {
      try sample.brokenDocument(number).withRaw { try BSONReader.validate($0, checkUTF8: true) }
    }
  }

  @Test func whatHasToBeUniqueIs() throws {
    let sample = try SendfxSample(documents: 20_000)
    func values(_ collection: SendfxCollection, _ field: String) -> [String] {
      (0..<sample.count(collection)).compactMap { sample.document(collection, $0)[field]?.string }
        .map { $0.lowercased().filter { $0 != " " } }
    }
    for (collection, field) in [
      (.users, "email"), (.workspaces, "slug"), (.tiers, "code"), (.billingaccounts, "stripeCustomerId"),
    ] as [(SendfxCollection, String)] {
      let found = values(collection, field)
      #expect(Set(found).count == found.count, "\(collection.rawValue).\(field)")
    }
    #expect(values(.users, "email").first == "admin@sendfx.ai")
  }

  @Test func identifiersAreThoseThatOthersReferTo() throws {
    let sample = try SendfxSample(documents: 1000)
    let workspaces = Set(
      (0..<sample.count(.workspaces)).compactMap { identifier(sample.document(.workspaces, $0)["_id"]) })
    #expect(workspaces.count == sample.count(.workspaces))
    for index in 0..<sample.count(.openaiusages) {
      let reference = try #require(identifier(sample.document(.openaiusages, index)["workspaceId"]))
      #expect(workspaces.contains(reference))
    }
  }

  @Test func refusesNumbersThatMakeNoSense() {
    #expect(throws: SampleError.self) { try SendfxSample(documents: 19) }
    #expect(throws: SampleError.self) { try SendfxSample(documents: 100, broken: -1) }
    #expect(throws: SampleError.self) { try OmnihubSample(rows: 0) }
    #expect(throws: SampleError.self) { try WideRows(count: 0) }
  }

  private func identifier(_ value: BSONValue?) -> ObjectID? {
    if case .objectID(let identifier) = value { identifier } else { nil }
  }
}

@Suite struct OmnihubSampleTests {
  @Test func rowsAddUpAndFitTheirTables() throws {
    let sample = try OmnihubSample(rows: 2000, broken: 16)
    #expect(OmnihubTable.allCases.reduce(0) { $0 + sample.count($1) } == 2000)
    for table in OmnihubTable.allCases {
      for index in 0..<sample.count(table) { #expect(sample.row(table, index).count == table.columnCount) }
    }
    for number in 0..<16 {
      #expect(sample.brokenRow(number).count == sample.fault(ofRow: number).table.columnCount)
    }
  }

  @Test func keysAreUnique() throws {
    let sample = try OmnihubSample(rows: 5000)
    let keys = (0..<sample.count(.generations)).map { sample.row(.generations, $0)[0] }
    #expect(Set(keys.map { "\($0)".lowercased() }).count == keys.count)
  }
}
