import Testing

@testable import Codec

@Suite("The double whose shortest decimal a number is")
struct ShortestDoubleOfTests {
  private func double(_ text: String) throws -> Double? {
    try Array(text.utf8).withUnsafeBytes { (bytes) throws -> Double? in
      let value = try #require(try ScannedDecimal(bytes).value)
      return DoubleText.whoseShortest(is: value, text: bytes)
    }
  }

  @Test("every double is found by its own shortest decimal, also with zeros behind it")
  func everyDouble() throws {
    var random = SystemRandomNumberGenerator()
    for round in 0..<20_000 {
      let plain = Double(Int64.random(in: -1_000_000_000_000...1_000_000_000_000, using: &random))
      let found =
        round % 2 == 0
        ? Double(bitPattern: UInt64.random(in: .min ... .max, using: &random))
        : plain / Double(Int64.random(in: 1...1_000_000, using: &random))
      guard found.isFinite else { continue }
      let text = "\(found)"
      #expect(try double(text)?.bitPattern == found.bitPattern, "\(text)")
      if !text.contains("e") { #expect(try double(text + "00")?.bitPattern == found.bitPattern, "\(text)") }
    }
  }

  @Test(
    "a number between doubles has none",
    arguments: [
      "9007199254740993", "0.10000000000000001", "1.00000000000000001", "1e400", "1e-400",
      "18446744073709551616",
    ])
  func none(_ text: String) throws { #expect(try double(text) == nil) }

  @Test("zeros keep their sign")
  func zeros() throws {
    #expect(try double("-0.0")?.sign == .minus)
    #expect(try double("0.000")?.bitPattern == 0)
  }
}
