import Foundation
import Testing

@testable import Codec

@Suite struct BinaryTextTests {
  static func base64(_ bytes: [UInt8]) -> String {
    bytes.withBytes { raw in appendedText { (out) throws(Refusal) in Base64.append(raw, to: &out) } }
  }

  static func fromBase64(_ text: String) -> String {
    text.withBytes { raw in appendedHex { (out) throws(Refusal) in try Base64.decode(raw, to: &out) } }
  }

  static func fromHex(_ text: String) -> String {
    text.withBytes { raw in appendedHex { (out) throws(Refusal) in try Hex.decode(raw, to: &out) } }
  }

  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func vectorsOfRFC4648(text: String, encoded: String) {
    #expect(Self.base64(Array(text.utf8)) == encoded)
    #expect(Self.fromBase64(encoded) == hex(Array(text.utf8)))
  }

  @Test func base64OfAnyBytes() {
    var random = SeededGenerator(15)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
      #expect(Self.base64(bytes) == Data(bytes).base64EncodedString())
      #expect(Self.fromBase64(Self.base64(bytes)) == hex(bytes))
    }
  }

  @Test(arguments: [
    "Z", "Zg", "Zg=", "Zm9", "=", "====", "Z===", "Zg==Zg==", "Zm9v\n", " Zm9v", "Zm9v====", "Zm-_", "Zh==",
    "Zm9=",
    "Zm8é",
  ])
  func otherTextIsNoBase64(text: String) {
    #expect(Self.fromBase64(text) == "!invalid_text")
  }

  @Test func hexadecimal() {
    let all = Array(UInt8.min...UInt8.max)
    let text = all.withBytes { raw in appendedText { (out) throws(Refusal) in Hex.append(raw, to: &out) } }
    #expect(text == hex(all))
    #expect(Self.fromHex(text) == text)
    #expect(Self.fromHex(text.uppercased()) == text)
    for bad in ["0", "0g", "g0", " 00", "0x00", "é"] { #expect(Self.fromHex(bad) == "!invalid_text") }
    for byte in UInt8.min...UInt8.max {
      let isDigit = Character(Unicode.Scalar(byte)).isHexDigit && byte < 0x80
      #expect((Hex.value(byte) != nil) == isDigit)
    }
  }

  @Test func refusedTextLeavesTheBufferAsItWas() {
    var buffer = ByteBuffer()
    buffer.append(7)
    for bad in ["00z*", "Zm9vZm9*"] {
      bad.withBytes { raw in
        #expect(throws: Refusal.self) { try Hex.decode(raw, to: &buffer) }
        #expect(throws: Refusal.self) { try Base64.decode(raw, to: &buffer) }
      }
      #expect(buffer.count == 1)
    }
  }

  @Test func uuids() throws {
    let text = "00112233-4455-6677-8899-aabbccddeeff"
    let value: (UInt64, UInt64) = (0x0011_2233_4455_6677, 0x8899_aabb_ccdd_eeff)
    func parse(_ text: String) -> (UInt64, UInt64)? { text.withBytes { UUIDText.parse($0) } }
    for form in [
      text, text.uppercased(), "{\(text)}", text.replacing("-", with: ""),
      "{00112233445566778899AABBCCDDEEFF}",
    ] {
      #expect(try #require(parse(form)) == value)
    }
    let broken = [
      "", "{}", "{", "0011", text + "0", String(text.dropLast()), "{\(text)", "\(text)}",
      text.replacing("f", with: "g"),
      "001122334455-6677-8899-aabb-ccddeeff", " \(text)", "00112233-4455-6677-8899-aabbccddeef-",
    ]
    for form in broken { #expect(parse(form) == nil, "\(form)") }
    func reorder(_ digits: String, _ order: UUIDOrder) -> (UInt64, UInt64)? {
      bytes(hex: digits).withBytes { UUIDText.reorder($0, order) }
    }
    #expect(try #require(reorder("00112233445566778899aabbccddeeff", .standard)) == value)
    #expect(try #require(reorder("7766554433221100ffeeddccbbaa9988", .java)) == value)
    #expect(try #require(reorder("33221100554477668899aabbccddeeff", .csharp)) == value)
    #expect(reorder("00", .java) == nil)
    let printed = bytes(hex: "00112233445566778899aabbccddeeff").withBytes { raw in
      appendedText { (out) throws(Refusal) in try UUIDText.append(raw, to: &out) }
    }
    #expect(printed == text)
  }
}
