import Foundation
import Testing

@testable import Mapping

/// The published JSON Schema, with a validator for the part of JSON Schema that it uses.
struct SchemaDocument {
  let root: [String: Any]

  init() throws {
    let url = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("schema/kedge-mapping.schema.json")
    root = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: url)) as? [String: Any])
  }

  func definition(_ name: String) throws -> [String: Any] {
    let definitions = try #require(root["$defs"] as? [String: Any])
    return try #require(definitions[name] as? [String: Any], "no definition \(name)")
  }

  /// Whether a file's tree is valid.
  func accepts(_ node: YAMLNode) throws -> Bool { try accepts(node, root) }

  static let keywords: Set<String> = [
    "$schema", "$defs", "$ref", "title", "description", "default", "examples", "type", "enum", "const",
    "properties", "required", "additionalProperties",
    "propertyNames", "minProperties", "maxProperties", "items", "minItems", "minLength", "maxLength",
    "minimum", "maximum", "pattern", "anyOf", "oneOf", "if", "then",
    "else",
  ]

  private func accepts(_ node: YAMLNode, _ schema: Any) throws -> Bool {
    if let always = schema as? Bool { return always }
    let schema = try #require(schema as? [String: Any])
    let unknown = Set(schema.keys).subtracting(Self.keywords)
    try #require(unknown.isEmpty, "the validator doesn't know \(unknown)")
    if let reference = schema["$ref"] as? String,
      try !accepts(node, definition(String(reference.dropFirst("#/$defs/".count))))
    {
      return false
    }
    if let condition = schema["if"] {
      if let branch = try accepts(node, condition) ? schema["then"] : schema["else"],
        try !accepts(node, branch)
      {
        return false
      }
    }
    if let any = schema["anyOf"] as? [Any], try !any.contains(where: { try accepts(node, $0) }) {
      return false
    }
    if let one = schema["oneOf"] as? [Any], try one.filter({ try accepts(node, $0) }).count != 1 {
      return false
    }
    if let type = schema["type"], !types(type).contains(where: { isOf(node, $0) }) { return false }
    if let words = schema["enum"] as? [Any],
      !words.contains(where: { $0 is NSNull ? node.isNull : isWord(node, $0) })
    {
      return false
    }
    if let word = schema["const"], !isWord(node, word) { return false }
    if let text = node.scalarText { return acceptsScalar(text, schema) }
    if let items = node.items {
      if let least = schema["minItems"] as? Int, items.count < least { return false }
      guard let each = schema["items"] else { return true }
      return try items.allSatisfy { try accepts($0, each) }
    }
    return try acceptsObject(node, schema)
  }

  private func acceptsObject(_ node: YAMLNode, _ schema: [String: Any]) throws -> Bool {
    let pairs = node.pairs ?? []
    let properties = schema["properties"] as? [String: Any] ?? [:]
    if let least = schema["minProperties"] as? Int, pairs.count < least { return false }
    if let most = schema["maxProperties"] as? Int, pairs.count > most { return false }
    for name in schema["required"] as? [String] ?? []
    where !pairs.contains(where: { $0.key.scalarText == name }) { return false }
    for pair in pairs {
      let name = pair.key.scalarText ?? ""
      if let rule = schema["propertyNames"] as? [String: Any], !acceptsScalar(name, rule) { return false }
      if let property = properties[name] {
        if try !accepts(pair.value, property) { return false }
      } else if let others = schema["additionalProperties"], try !accepts(pair.value, others) {
        return false
      }
    }
    return true
  }

  private func acceptsScalar(_ text: String, _ schema: [String: Any]) -> Bool {
    if let least = schema["minLength"] as? Int, text.unicodeScalars.count < least { return false }
    if let most = schema["maxLength"] as? Int, text.unicodeScalars.count > most { return false }
    if let least = schema["minimum"] as? Double, Double(text).map({ $0 < least }) ?? false { return false }
    if let most = schema["maximum"] as? Double, Double(text).map({ $0 > most }) ?? false { return false }
    if let pattern = schema["pattern"] as? String {
      return text.range(of: pattern, options: .regularExpression) != nil
    }
    return true
  }

  private func types(_ value: Any) -> [String] { value as? [String] ?? [value as? String ?? ""] }

  private func isWord(_ node: YAMLNode, _ word: Any) -> Bool {
    node.scalarText == (word as? String) && !node.isNull
  }

  private func isOf(_ node: YAMLNode, _ type: String) -> Bool {
    let text = node.style == .plain ? node.scalarText ?? "" : ""
    return switch type {
    case "object": node.pairs != nil
    case "array": node.items != nil
    case "null": node.isNull
    case "boolean": ["true", "false"].contains(text)
    case "integer": Int(text) != nil
    case "number": Double(text) != nil
    default:
      node.scalarText != nil && !node.isNull && !["true", "false"].contains(text) && Double(text) == nil
    }
  }
}
