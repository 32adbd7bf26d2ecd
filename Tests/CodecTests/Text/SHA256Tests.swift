import Testing

@testable import Codec

@Suite struct SHA256Tests {
  static func digest(_ bytes: [UInt8]) -> String {
    bytes.withBytes { raw in appendedHex { (out) throws(Refusal) in SHA256.append(digestOf: raw, to: &out) } }
  }

  /// The examples of FIPS 180-4.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
    (
      "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu",
      "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1"
    ),
  ])
  func vectors(text: String, expected: String) {
    #expect(Self.digest(Array(text.utf8)) == expected)
  }

  @Test func aMillionLetters() {
    #expect(
      Self.digest([UInt8](repeating: 0x61, count: 1_000_000))
        == "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0")
  }

  @Test func everyLengthIsWhatTheServerComputes() throws {
    let texts = (0...200).map { String(repeating: "x", count: $0) }
    let answers = try PostgresOracle.answers(to: "encode(sha256(t::bytea), 'hex')", for: texts)
    for (text, answer) in zip(texts, answers) { #expect(Self.digest(Array(text.utf8)) == answer) }
  }

  @Test func partsMakeTheSameDigest() {
    var random = SeededGenerator(16)
    for _ in 0..<200 {
      let bytes = (0..<Int.random(in: 0...300, using: &random)).map { UInt8(truncatingIfNeeded: $0) }
      var buffer = ByteBuffer()
      var hash = SHA256()
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = min(rest.count, Int.random(in: 0...130, using: &random))
        Array(rest.prefix(count)).withBytes { hash.update($0) }
        rest = rest.dropFirst(count)
      }
      hash.finish(to: &buffer)
      #expect(hex(Array(buffer.bytes)) == Self.digest(bytes))
    }
  }
}
