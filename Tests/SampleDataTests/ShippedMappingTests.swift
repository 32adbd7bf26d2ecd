import Foundation
import Mapping
import Testing

@testable import SampleData

/// The mapping sets that lie in the repository, read by the real reader.
@Suite struct ShippedMappingTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "mappings").path

  @Test(arguments: ["sendfx", "omnihub", "i2i", "spirits", "motiv8"])
  func loadsWithoutAWarning(name: String) throws {
    let load = try MappingLoad.read(directory: "\(Self.folder)/\(name)")
    #expect(load.warnings.map(\.description) == [])
    #expect(load.set.name == name)
  }

  @Test func sendfxHasItsEightCoreTablesAndEightFeatures() throws {
    let set = try MappingSet.load(directory: "\(Self.folder)/sendfx")
    #expect(
      Set(set.entities.compactMap(\.table?.display)) == [
        "core.users", "core.workspaces", "core.workspace_members", "core.tiers", "core.billing_accounts",
        "core.subscriptions", "core.usage_counters", "core.openai_usage",
        // Reference data that has always lived in Postgres.
        "core.model_prices",
      ])
    let moved = set.entities.filter { !$0.isNative }
    #expect(Set(moved.map(\.collection)) == Set(SendfxCollection.allCases.map(\.rawValue)))
    for collection in SendfxCollection.allCases {
      let entity = try #require(set.entities.first { $0.collection == collection.rawValue })
      #expect((entity.owner == .core) == collection.isCore, "\(collection.rawValue)")
    }
  }

  @Test func omnihubHasItsFourTables() throws {
    let set = try MappingSet.load(directory: "\(Self.folder)/omnihub")
    let moved = set.entities.filter { !$0.isNative }
    #expect(Set(moved.map(\.collection)) == Set(OmnihubTable.allCases.map(\.rawValue)))
  }
}
