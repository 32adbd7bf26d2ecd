internal import Codec
internal import Mapping

/// A source record in the making: fields are put into it by their paths.
indirect enum FixtureNode {
  case leaf(BSONValue)
  case document([(name: String, node: FixtureNode)])
  case array([FixtureNode])

  /// Puts a value where a path leads; documents and arrays on the way are made.
  ///
  /// - Parameter overwrites: whether a value that is there gives way.
  mutating func put(_ value: FixtureNode, at steps: ArraySlice<ValuePath.Step>, overwrites: Bool = true) {
    guard let step = steps.first else {
      self = value
      return
    }
    let rest = steps.dropFirst()
    switch step {
    case .field(let name):
      var members: [(name: String, node: FixtureNode)] = []
      if case .document(let present) = self { members = present }
      if let index = members.firstIndex(where: { $0.name == name }) {
        members[index].node.put(value, at: rest)
      } else {
        var node = FixtureNode.leaf(.null)
        node.put(value, at: rest)
        members.append((name, node))
      }
      self = .document(members)
    case .index(let index):
      var elements: [FixtureNode] = []
      if case .array(let present) = self { elements = present }
      while elements.count <= index { elements.append(.document([])) }
      elements[index].put(value, at: rest)
      self = .array(elements)
    case .each:
      return
    }
  }

  /// What a path leads to; nil where it leads nowhere.
  func node(at steps: ArraySlice<ValuePath.Step>) -> FixtureNode? {
    guard let step = steps.first else { return self }
    switch (step, self) {
    case (.field(let name), .document(let members)):
      return members.first { $0.name == name }?.node.node(at: steps.dropFirst())
    case (.index(let index), .array(let elements)):
      return elements.indices.contains(index) ? elements[index].node(at: steps.dropFirst()) : nil
    default: return nil
    }
  }

  /// Takes a field away.
  mutating func remove(_ steps: ArraySlice<ValuePath.Step>) {
    guard case .field(let name)? = steps.first, case .document(var members) = self,
      let index = members.firstIndex(where: { $0.name == name })
    else { return }
    if steps.count == 1 { members.remove(at: index) } else { members[index].node.remove(steps.dropFirst()) }
    self = .document(members)
  }

  /// Makes texts of JSON of what a path leads to: in every element, where the path says so.
  mutating func writeJSON(at steps: ArraySlice<ValuePath.Step>) {
    guard let step = steps.first else {
      // Null and missing stay what they are.
      if case .leaf(.null) = self { return }
      self = .leaf(.string(FixtureJSON.text(value)))
      return
    }
    switch (step, self) {
    case (.field(let name), .document(var members)):
      guard let index = members.firstIndex(where: { $0.name == name }) else { return }
      members[index].node.writeJSON(at: steps.dropFirst())
      self = .document(members)
    case (.each, .array(var elements)):
      for index in elements.indices { elements[index].writeJSON(at: steps.dropFirst()) }
      self = .array(elements)
    case (.index(let place), .array(var elements)) where elements.indices.contains(place):
      elements[place].writeJSON(at: steps.dropFirst())
      self = .array(elements)
    default: return
    }
  }

  /// As BSON.
  var value: BSONValue {
    switch self {
    case .leaf(let value): value
    case .document(let members): .document(BSONDocument(members.map { ($0.name, $0.node.value) }))
    case .array(let elements): BSONValue(elements.map(\.value))
    }
  }

  /// From BSON, so that more can be put into it.
  init(_ value: BSONValue) {
    switch value {
    case .document(let document): self = .document(document.pairs.map { ($0.key, FixtureNode($0.value)) })
    case .array: self = .array((value.elements ?? []).map(FixtureNode.init))
    default: self = .leaf(value)
    }
  }
}

/// JSON of values that JSON has.
enum FixtureJSON {
  static func text(_ value: BSONValue) -> String {
    switch value {
    case .string(let text): quoted(text)
    case .int32(let number): "\(number)"
    case .int64(let number): "\(number)"
    case .double(let number): "\(number)"
    case .bool(let truth): truth ? "true" : "false"
    case .document(let document):
      "{" + document.pairs.map { quoted($0.key) + ": " + text($0.value) }.joined(separator: ", ") + "}"
    case .array: "[" + (value.elements ?? []).map(text).joined(separator: ", ") + "]"
    default: "null"
    }
  }

  private static func quoted(_ text: String) -> String {
    var out = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": out += "\\\""
      case "\\": out += "\\\\"
      case "\n": out += "\\n"
      case _ where scalar.value < 0x20:
        let hex = String(scalar.value, radix: 16)
        out += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: out.unicodeScalars.append(scalar)
      }
    }
    return out + "\""
  }
}
