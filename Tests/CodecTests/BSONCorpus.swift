import Foundation

/// The published BSON test corpus, where the environment says that it lies.
enum BSONCorpus {
  struct File: Decodable {
    var description: String
    var valid: [Valid]?
    var decodeErrors: [Broken]?
  }

  struct Valid: Decodable {
    var description: String
    var canonicalBSON: String

    enum CodingKeys: String, CodingKey {
      case description
      case canonicalBSON = "canonical_bson"
    }
  }

  struct Broken: Decodable {
    var description: String
    var bson: String
  }

  static var folder: URL? {
    ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].map {
      URL(filePath: $0).appending(path: "suites/bson-corpus")
    }
  }

  static func files() throws -> [File] {
    guard let folder else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.filter { $0.hasSuffix(".json") }.map {
      try JSONDecoder().decode(File.self, from: Data(contentsOf: folder.appending(path: $0)))
    }
  }

  static func bytes(hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16) ?? 0
    }
  }
}
