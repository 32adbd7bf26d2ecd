internal import Foundation

/// Evidence as the catalog keeps it, read back.
enum Evidence {
  /// A JSON array of texts, in which NULL is an empty text.
  static func texts(_ json: String) throws -> [String] {
    try JSONDecoder().decode([String?].self, from: Data(json.utf8)).map { $0 ?? "" }
  }

  /// The columns with both values, in the order of `columns`.
  static func columns(_ columns: String, evidence: String) throws -> [ColumnEvidence] {
    let sides = try JSONDecoder().decode([String: [String: String?]].self, from: Data(evidence.utf8))
    return try texts(columns).map { name in
      let values = sides[name]
      return ColumnEvidence(
        column: name, source: values?["source"] ?? nil, target: values?["target"] ?? nil)
    }
  }
}
