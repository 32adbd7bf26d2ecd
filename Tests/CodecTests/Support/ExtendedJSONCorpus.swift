import Foundation
import Testing

/// The BSON test suite's documents with their Extended JSON, if `KEDGE_DATA_DIR` says where it is.
enum ExtendedJSONCorpus {
  struct File {
    var name: String
    var valid: [Sample]
  }

  struct Sample {
    var description: String
    var bytes: [UInt8]
    var canonicalJSON: String
    var relaxedJSON: String?
    var isLossy: Bool
  }

  private static var folder: URL? {
    ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].map {
      URL(filePath: $0).appending(path: "suites/bson-corpus")
    }
  }

  static var isThere: Bool { folder.map { FileManager.default.fileExists(atPath: $0.path()) } ?? false }

  static func files(prefix: String = "") throws -> [File] {
    guard let folder else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path()).sorted()
    return try names.filter { $0.hasSuffix(".json") && $0.hasPrefix(prefix) }.map { name in
      let data = try Data(contentsOf: folder.appending(path: name))
      let root = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
      let valid = root["valid"] as? [[String: Any]] ?? []
      return File(name: name, valid: try valid.map(sample))
    }
  }

  private static func sample(_ entry: [String: Any]) throws -> Sample {
    Sample(
      description: try #require(entry["description"] as? String),
      bytes: CodecTests.bytes(hex: try #require(entry["canonical_bson"] as? String)),
      canonicalJSON: try #require(entry["canonical_extjson"] as? String),
      relaxedJSON: entry["relaxed_extjson"] as? String, isLossy: entry["lossy"] as? Bool ?? false)
  }
}
