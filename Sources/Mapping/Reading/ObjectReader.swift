/// A mapping node as an object of the language: unknown keys and missing ones are reported when it is made.
package struct ObjectReader<Key: VocabularyKey> {
  package let location: SourceLocation
  private var values: [Key: YAMLNode] = [:]
  private var keyLocations: [Key: SourceLocation] = [:]

  /// - Returns: nil when the node isn't a mapping at all, which is then reported.
  package init?(_ node: YAMLNode, log: DiagnosticLog) {
    guard let pairs = node.pairs else {
      log.error("expected \(Key.object) as a mapping of keys, found \(node.kindName)", at: node.location)
      return nil
    }
    location = node.location
    for pair in pairs {
      guard let word = pair.key.scalarText else {
        log.error("a key must be a text, not \(pair.key.kindName)", at: pair.key.location)
        continue
      }
      guard let key = Key(rawValue: word) else {
        let help =
          word == "<<"
          ? "merge keys aren't supported; write the keys out"
          : NearestWord.help(for: word, among: Key.words) ?? "it has \(Key.words.joined(separator: ", "))"
        log.error("\(Key.object) has no key \"\(word)\"", at: pair.key.location, help: help)
        continue
      }
      values[key] = pair.value
      keyLocations[key] = pair.key.location
    }
    for key in Key.needed where values[key] == nil {
      let isMisspelt = pairs.contains {
        $0.key.scalarText.map {
          Key(rawValue: $0) == nil && NearestWord.nearest(to: $0, among: Key.words) == key.rawValue
        } ?? false
      }
      if !isMisspelt { log.error("\(Key.object) needs \"\(key.rawValue)\"", at: node.location) }
    }
  }

  package subscript(key: Key) -> YAMLNode? { values[key] }

  /// Where a key stands, or the object where it doesn't.
  package func place(of key: Key) -> SourceLocation { keyLocations[key] ?? location }

  /// The keys that are there.
  package var present: Set<Key> { Set(values.keys) }
}
