import Foundation
import TestSupport

/// The published BSON corpus, where the environment says that it lies.
enum LandingCorpus {
  struct Valid {
    var name: String
    var bsonType: String
    var testKey: String?
    var bytes: [UInt8]
    /// Relaxed Extended JSON; made from the canonical one where a case doesn't give it.
    var json: String
    var canonical: String

    /// The value's text in the canonical form: the text under `key`, or the value itself for an empty key.
    func canonicalText(under key: String) -> String? {
      guard let object = try? JSONSerialization.jsonObject(with: Data(canonical.utf8)) as? [String: Any],
        let value = object[testKey ?? ""]
      else { return nil }
      return Self.text(value, under: key)
    }

    private static func text(_ value: Any, under key: String) -> String? {
      if let text = value as? String { return text }
      if let object = value as? [String: Any] {
        if let inner = object[key] { return text(inner, under: key) }
        return object.values.compactMap { text($0, under: key) }.first
      }
      return (value as? NSNumber).map { $0.boolValue ? "true" : "false" }
    }
  }

  struct Broken {
    var name: String
    var bytes: [UInt8]
  }

  static var folder: URL? {
    ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].map {
      URL(filePath: $0).appending(path: "suites/bson-corpus")
    }
  }

  private static func files() throws -> [(name: String, content: [String: Any])] {
    guard let folder else { return [] }
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    return try names.filter { $0.hasSuffix(".json") }.map { name in
      let content = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.appending(path: name)))
      guard let object = content as? [String: Any] else {
        throw UnexpectedResult(description: "\(name) holds no object")
      }
      return (name, object)
    }
  }

  private static func cases<Case>(
    _ list: String, _ make: (String, [String: Any], [String: Any]) throws -> Case?
  )
    throws -> [Case]
  {
    try files().flatMap { name, content in
      try (content[list] as? [[String: Any]] ?? []).compactMap { entry in
        try make("\(name) \(entry["description"] as? String ?? "")", content, entry)
      }
    }
  }

  static func valid() throws -> [Valid] {
    try cases("valid") { name, content, entry in
      guard let bytes = entry["canonical_bson"] as? String,
        let canonical = entry["canonical_extjson"] as? String
      else { throw UnexpectedResult(description: "\(name) has no canonical form") }
      return Valid(
        name: name, bsonType: content["bson_type"] as? String ?? "", testKey: content["test_key"] as? String,
        bytes: Self.bytes(bytes), json: try entry["relaxed_extjson"] as? String ?? relaxed(canonical),
        canonical: canonical)
    }
  }

  /// Valid documents in another than the canonical form, with what they say.
  static func degenerate() throws -> [Valid] {
    let other = try cases("valid") { name, _, entry in
      (entry["degenerate_bson"] as? String).map { (name: name, bytes: Self.bytes($0)) }
    }
    return try valid().compactMap { one in
      guard let bytes = other.first(where: { $0.name == one.name })?.bytes else { return nil }
      var degenerate = one
      (degenerate.name, degenerate.bytes) = (one.name + ", degenerate", bytes)
      return degenerate
    }
  }

  /// The relaxed form: numbers and dates of the years 1970 to 9999 as JSON's own.
  private static func relaxed(_ canonical: String) throws -> String {
    let object = try JSONSerialization.jsonObject(with: Data(canonical.utf8))
    return String(decoding: try JSONSerialization.data(withJSONObject: relaxed(object)), as: UTF8.self)
  }

  private static func relaxed(_ value: Any) -> Any {
    if let list = value as? [Any] { return list.map { relaxed($0) } }
    guard let object = value as? [String: Any] else { return value }
    if object.count == 1 {
      for key in ["$numberInt", "$numberLong", "$numberDouble"] {
        if let text = object[key] as? String, let number = Double(text), number.isFinite, !(text == "-0.0") {
          return NSDecimalNumber(string: text)
        }
      }
      if let date = object["$date"] as? [String: String], let text = date["$numberLong"],
        let milliseconds = Int64(text)
      {
        guard milliseconds >= 0 else { return value }
        return ["$date": iso(milliseconds)]
      }
    }
    return object.mapValues { relaxed($0) }
  }

  private static func iso(_ milliseconds: Int64) -> String {
    let formatter = ISO8601DateFormatter()
    formatter.formatOptions = [.withInternetDateTime]
    if milliseconds % 1000 != 0 { formatter.formatOptions.insert(.withFractionalSeconds) }
    return formatter.string(from: Date(timeIntervalSince1970: Double(milliseconds) / 1000))
  }

  static func broken() throws -> [Broken] {
    try cases("decodeErrors") { name, _, entry in
      (entry["bson"] as? String).map { Broken(name: name, bytes: bytes($0)) }
    }
  }

  /// Texts that are no decimal numbers by their form.
  static func noDecimals() throws -> [String] {
    try cases("parseErrors") { name, content, entry in
      guard content["bson_type"] as? String == "0x13", name.contains("Conversion_syntax") else { return nil }
      return entry["string"] as? String
    }
  }

  private static func bytes(_ hex: String) -> [UInt8] {
    let digits = Array(hex.utf8)
    return stride(from: 0, to: digits.count - 1, by: 2).map {
      UInt8(String(decoding: digits[$0..<($0 + 2)], as: UTF8.self), radix: 16) ?? 0
    }
  }
}
