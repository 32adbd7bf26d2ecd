/// A small, quick generator of random numbers that gives the same sequence for the same seed, on every machine.
///
/// It is Steele, Lea and Flood's SplitMix: a counter whose values are scrambled. Fit for samples, not for secrets.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  /// The generator of one record: any record can be made again without those before it.
  init(seed: UInt64, collection: String, index: Int) {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in collection.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
    state =
      SplitMix64.scrambled(seed &+ hash) ^ SplitMix64.scrambled(UInt64(bitPattern: Int64(index)) &+ hash)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return SplitMix64.scrambled(state)
  }

  private static func scrambled(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

extension SplitMix64 {
  /// A whole number from 0 up to, not including, `bound`, which is above 0.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(bound)) }

  /// A whole number in a range with both ends.
  mutating func within(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

  /// True in so many of a hundred cases.
  mutating func chance(_ percent: Int) -> Bool { below(100) < percent }

  /// One of these, which are not empty.
  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  /// A low number more often than a high one, as sizes and counts in real data are.
  mutating func skewed(_ bound: Int) -> Int { below(below(bound) + 1) }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next() >> 24) }
  }

  /// So many lower-case hexadecimal digits.
  mutating func hex(_ digits: Int) -> String {
    String(decoding: (0..<digits).map { _ in SplitMix64.hexDigits[below(16)] }, as: UTF8.self)
  }

  /// So many characters of a token, as payment providers and hash functions make them.
  mutating func token(_ length: Int) -> String {
    String(decoding: (0..<length).map { _ in SplitMix64.tokenDigits[below(62)] }, as: UTF8.self)
  }

  /// A random UUID as text, in lower case.
  mutating func uuid() -> String {
    "\(hex(8))-\(hex(4))-4\(hex(3))-\(pick(["8", "9", "a", "b"]))\(hex(3))-\(hex(12))"
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)
  private static let tokenDigits = Array(
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)
}
