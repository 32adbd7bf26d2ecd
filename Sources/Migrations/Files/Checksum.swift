internal import Codec

/// SHA-256 in hexadecimal.
enum Checksum {
  static func of(_ bytes: some Sequence<UInt8>) -> String {
    var digest = ByteBuffer(capacity: 32)
    Array(bytes).withUnsafeBytes { SHA256.append(digestOf: $0, to: &digest) }
    return digest.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  /// Of the first statements of a part, whatever stands between them.
  static func of(_ statements: some Sequence<SQLStatement>) -> String {
    of(statements.map(\.text).joined(separator: "\u{0}").utf8)
  }
}
