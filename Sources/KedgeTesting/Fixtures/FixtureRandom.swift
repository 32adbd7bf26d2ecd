/// Numbers that follow from a seed: SplitMix64. The same seed makes the same fixtures, on every machine.
struct FixtureRandom: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64, stream: String) {
    state = seed
    for byte in stream.utf8 { state = (state ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    state = next()
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A whole number from 0 up to, not including, `bound`.
  mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(1, bound))) }

  /// True once in so many times.
  mutating func once(in times: Int) -> Bool { below(times) == 0 }

  mutating func element<T>(_ values: [T]) -> T? { values.isEmpty ? nil : values[below(values.count)] }
}
