import Foundation
import Testing

/// The published JSON Schema of reports, with a validator for the part of JSON Schema that it uses.
struct SchemaChecker {
  let root: [String: Any]

  init() throws {
    let url = Checkout.root.appending(path: "schema/kedge-audit.schema.json")
    root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
  }

  static let keywords: Set<String> = [
    "$schema", "$defs", "$ref", "title", "description", "type", "enum", "format", "required", "properties",
    "items", "anyOf", "minimum", "maximum", "minLength", "pattern",
  ]

  /// What is wrong with a document, one sentence each; empty when it is valid.
  func objections(to json: String) throws -> [String] {
    try objections(to: JSONSerialization.jsonObject(with: Data(json.utf8)), root, at: "$")
  }

  /// What is wrong with one value, by a definition of the schema.
  func objections(to json: String, definition: String) throws -> [String] {
    try objections(
      to: JSONSerialization.jsonObject(with: Data(json.utf8)), ["$ref": "#/$defs/\(definition)"], at: "$")
  }

  private func objections(to value: Any, _ schema: [String: Any], at path: String) throws -> [String] {
    let unknown = Set(schema.keys).subtracting(Self.keywords)
    try #require(unknown.isEmpty, "the validator doesn't know \(unknown)")
    var found: [String] = []
    if let reference = schema["$ref"] as? String {
      let definitions = try #require(root["$defs"] as? [String: Any])
      let definition = try #require(definitions[String(reference.dropFirst(8))] as? [String: Any])
      found += try objections(to: value, definition, at: path)
    }
    if let any = schema["anyOf"] as? [[String: Any]],
      try !any.contains(where: { try objections(to: value, $0, at: path).isEmpty })
    {
      found.append("\(path): fits none of anyOf")
    }
    if let type = schema["type"] {
      let types = type as? [String] ?? [type as? String ?? ""]
      if !types.contains(where: { Self.isOf(value, $0) }) { found.append("\(path): isn't \(types)") }
    }
    if let words = schema["enum"] as? [String], !words.contains(value as? String ?? "") {
      found.append("\(path): isn't one of \(words)")
    }
    if let number = value as? NSNumber {
      if let least = schema["minimum"] as? Double, number.doubleValue < least {
        found.append("\(path): too small")
      }
      if let most = schema["maximum"] as? Double, number.doubleValue > most {
        found.append("\(path): too large")
      }
    }
    if let text = value as? String {
      if let least = schema["minLength"] as? Int, text.unicodeScalars.count < least {
        found.append("\(path): too short")
      }
      if let pattern = schema["pattern"] as? String,
        text.range(of: pattern, options: .regularExpression) == nil
      {
        found.append("\(path): doesn't match")
      }
    }
    if let items = value as? [Any], let each = schema["items"] as? [String: Any] {
      for (index, item) in items.enumerated() {
        found += try objections(to: item, each, at: "\(path)[\(index)]")
      }
    }
    if let object = value as? [String: Any] {
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        found.append("\(path): lacks \(name)")
      }
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      // What the engine writes must be described: a key that isn't is a mistake of the schema's.
      for (name, member) in object {
        guard let property = properties[name] else {
          if !properties.isEmpty { found.append("\(path): \(name) isn't described") }
          continue
        }
        found += try objections(to: member, property, at: "\(path).\(name)")
      }
    }
    return found
  }

  private static func isOf(_ value: Any, _ type: String) -> Bool {
    let isBoolean = isBoolean(value)
    return switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "null": value is NSNull
    case "boolean": isBoolean
    case "integer":
      !isBoolean && ((value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false)
    case "number": !isBoolean && value is NSNumber
    default: value is String
    }
  }

  /// A boolean is a number of one byte to Foundation; numbers that were read from JSON never are.
  private static func isBoolean(_ value: Any) -> Bool {
    (value as? NSNumber).map { String(cString: $0.objCType) == "c" } ?? false
  }
}
