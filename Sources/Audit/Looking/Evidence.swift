internal import Codec
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

  /// A locator as JSON; a digest where the key is personal, for it may be the locator itself.
  static func locator(_ bytes: [UInt8], isPersonal: Bool) -> String {
    var out = ByteBuffer(capacity: 256)
    var scratch = ByteBuffer()
    let isWritten = bytes.withUnsafeBytes { raw in
      do throws(Refusal) {
        try CanonicalJSON.append(RawValue(kind: .document, bytes: raw), scratch: &scratch, to: &out)
        return true
      } catch { return false }
    }
    if isWritten, !isPersonal { return String(decoding: out.bytes, as: UTF8.self) }
    var digest = ByteBuffer(capacity: 32)
    bytes.withUnsafeBytes { SHA256.append(digestOf: $0, to: &digest) }
    return "sha256:" + ArrayText.hex(digest.bytes.prefix(6))
  }
}
