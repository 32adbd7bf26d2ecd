import Testing

@testable import Codec

/// The standard library's own validation is the judge.
@Suite struct UTF8CheckTests {
  static func randomBytes(_ random: inout SeededGenerator) -> [UInt8] {
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...12, using: &random) {
      switch Int.random(in: 0...5, using: &random) {
      case 0: bytes += [UInt8](repeating: 0x61, count: Int.random(in: 0...20, using: &random))
      case 1: bytes.append(UInt8.random(in: 0...255, using: &random))
      case 2:
        // Leads and seconds at the borders of what is allowed.
        bytes.append(
          [0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xED, 0xEF, 0xF0, 0xF4, 0xF5].randomElement(using: &random)!)
        bytes.append([0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0].randomElement(using: &random)!)
        bytes += [UInt8](repeating: 0x80, count: Int.random(in: 0...2, using: &random))
      default:
        let scalar = Unicode.Scalar(UInt32.random(in: 0...0x10FFFF, using: &random)) ?? "é"
        bytes += Array(String(Character(scalar)).utf8)
      }
    }
    return bytes
  }

  @Test func validityIsTheStandardLibrarys() {
    var random = SeededGenerator(13)
    for _ in 0..<30_000 {
      let bytes = Self.randomBytes(&random)
      let text = String(validating: bytes, as: UTF8.self)
      let ours = bytes.withBytes { UTF8Check.isValid($0) }
      if ours != (text != nil) { Issue.record("\(hex(bytes))") }
      if let text {
        if bytes.withBytes({ UTF8Check.scalarCount($0) }) != text.unicodeScalars.count {
          Issue.record("\(hex(bytes)) is counted wrong")
        }
      }
      if bytes.withBytes({ UTF8Check.containsNUL($0) }) != bytes.contains(0) { Issue.record("\(hex(bytes))") }
    }
  }

  @Test func everyScalarAndEverySurrogate() {
    for value in UInt32(0x80)...0x10FFFF where value % 7 == 0 || value < 0x1000 || value & 0xFFFF > 0xFFF0 {
      guard let scalar = Unicode.Scalar(value) else { continue }
      if !Array(String(Character(scalar)).utf8).withBytes({ UTF8Check.isValid($0) }) {
        Issue.record("\(value)")
      }
    }
    for second in UInt8(0xA0)...0xBF {
      #expect(![0xED, second, 0x80].withBytes { UTF8Check.isValid($0) })
    }
  }

  @Test func reasons() {
    func reason(_ bytes: [UInt8]) -> Refusal.Reason? {
      bytes.withBytes { raw in
        do throws(Refusal) {
          try UTF8Check.check(raw, found: .string)
          return nil
        } catch {
          return error.reason
        }
      }
    }
    #expect(reason([]) == nil)
    #expect(reason(Array("abc".utf8)) == nil)
    #expect(reason([0x61, 0]) == .containsNUL)
    #expect(reason([0xFF]) == .invalidUTF8)
    #expect(UTF8Check.isValid(UnsafeRawBufferPointer(start: nil, count: 0)))
    #expect(!UTF8Check.containsNUL(UnsafeRawBufferPointer(start: nil, count: 0)))
    #expect(UTF8Check.scalarCount(UnsafeRawBufferPointer(start: nil, count: 0)) == 0)
  }
}
