internal import Foundation

/// JSON as text, as a column of type `json` or `jsonb` (or text, in SQLite) holds it.
public struct JSONText: Sendable, Hashable, DatabaseEncodable, DatabaseDecodable {
  /// The JSON. Postgres gives `jsonb` back in its own spelling.
  public var text: String

  /// JSON that is text already.
  public init(_ text: String) { self.text = text }

  /// The JSON of a value; keys in alphabetical order, dates as ISO 8601.
  ///
  /// - Throws: `EncodingError`.
  public init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.dateEncodingStrategy = .iso8601
    text = String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  /// The value that the JSON describes.
  ///
  /// - Throws: ``DatabaseError`` of kind `decoding`, which names the place inside the JSON and quotes no value.
  public func decode<T: Decodable>(_ type: T.Type = T.self) throws -> T {
    let decoder = JSONDecoder()
    decoder.dateDecodingStrategy = .iso8601
    do {
      return try decoder.decode(type, from: Data(text.utf8))
    } catch let error as DecodingError {
      let path = error.path.map(\.stringValue).joined(separator: ".")
      throw DatabaseError(
        .decoding(column: "", found: "json", wanted: "\(type)"),
        "The JSON can't be read as \(type)" + (path.isEmpty ? "." : ": look at \(path)."))
    }
  }

  /// JSON.
  public var databaseValue: DatabaseValue { .json(text) }

  /// From a column's text.
  public static func decode(from cell: DatabaseCell) -> JSONText? {
    if case .text(let text, _) = cell { JSONText(text) } else { nil }
  }
}

extension DecodingError {
  /// Where it happened.
  fileprivate var path: [any CodingKey] {
    switch self {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath
    case .keyNotFound(let key, let context): context.codingPath + [key]
    @unknown default: []
    }
  }
}
