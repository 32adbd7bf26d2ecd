internal import Codec

/// HMAC-SHA256 (RFC 2104) of a message, as receivers of webhooks check it.
enum WebhookSignature {
  /// `sha256=` and 64 hexadecimal digits.
  static func header(secret: String, body: [UInt8]) -> String {
    "sha256=" + hex(authentication(key: Array(secret.utf8), message: body))
  }

  /// `sha256` of some bytes, as hexadecimal digits.
  static func digest(_ bytes: [UInt8]) -> String { hex(hash(bytes)) }

  private static func authentication(key: [UInt8], message: [UInt8]) -> [UInt8] {
    let blockSize = 64
    var block = key.count > blockSize ? hash(key) : key
    block += [UInt8](repeating: 0, count: blockSize - block.count)
    return hash(block.map { $0 ^ 0x5C } + hash(block.map { $0 ^ 0x36 } + message))
  }

  private static func hash(_ bytes: [UInt8]) -> [UInt8] {
    var out = ByteBuffer(capacity: 32)
    bytes.withUnsafeBytes { SHA256.append(digestOf: $0, to: &out) }
    return Array(out.bytes)
  }

  private static func hex(_ bytes: [UInt8]) -> String {
    var out = ByteBuffer(capacity: bytes.count * 2)
    bytes.withUnsafeBytes { Hex.append($0, to: &out) }
    return String(decoding: out.bytes, as: UTF8.self)
  }
}
