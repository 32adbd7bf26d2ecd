internal import CCrypto

/// SHA-256 of bytes that come in pieces, over OpenSSL's libcrypto, which uses what the processor has for it.
///
/// Wraps EVP: <https://www.openssl.org/docs/man3.0/man3/EVP_DigestInit.html>
final class FileDigest {
  private let context: OpaquePointer

  init() throws {
    guard let context = EVP_MD_CTX_new() else { throw DigestFailure() }
    guard EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1 else {
      EVP_MD_CTX_free(context)
      throw DigestFailure()
    }
    self.context = context
  }

  deinit { EVP_MD_CTX_free(context) }

  func add(_ bytes: UnsafeRawBufferPointer) throws {
    guard EVP_DigestUpdate(context, bytes.baseAddress, bytes.count) == 1 else { throw DigestFailure() }
  }

  /// The digest's 32 bytes. Nothing can be added afterwards.
  func finish() throws -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 32)
    guard EVP_DigestFinal_ex(context, &bytes, nil) == 1 else { throw DigestFailure() }
    return bytes
  }

  /// The digest as 64 hexadecimal digits. Nothing can be added afterwards.
  func finishHex() throws -> String { Self.hex(try finish()) }

  static func of(_ bytes: [UInt8]) throws -> [UInt8] {
    let digest = try FileDigest()
    try bytes.withUnsafeBytes { try digest.add($0) }
    return try digest.finish()
  }

  /// HMAC-SHA256 (RFC 2104).
  static func authentication(key: [UInt8], _ message: [UInt8]) throws -> [UInt8] {
    let blockSize = 64
    var block = key.count > blockSize ? try of(key) : key
    block += [UInt8](repeating: 0, count: blockSize - block.count)
    return try of(block.map { $0 ^ 0x5C } + (try of(block.map { $0 ^ 0x36 } + message)))
  }

  static func hex(_ bytes: [UInt8]) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}

/// OpenSSL gave no digest.
struct DigestFailure: Error, CustomStringConvertible {
  var description: String {
    "OpenSSL's libcrypto gives no SHA-256 here: memory is short, or its configuration forbids it"
  }
}
