/// Draws one of every so many elements, at random within each such block: the same ones for the same seed.
struct SampleDraw {
  private var state: UInt64
  private let oneIn: Int
  private var place = 0
  private var chosen = 0

  /// The draw of one chunk, whichever thread compares it, and whichever process.
  init(seed: Int, entity: String, chunk: Int, oneIn: Int) {
    self.oneIn = max(1, oneIn)
    state = UInt64(bitPattern: Int64(seed))
    // FNV-1a of the name, so that two entities don't have the same places drawn.
    var name: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in entity.utf8 { name = (name ^ UInt64(byte)) &* 0x100_0000_01b3 }
    state ^= name ^ (UInt64(chunk) &* 0x9e37_79b9_7f4a_7c15)
    _ = random()
  }

  /// SplitMix64.
  private mutating func random() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// Whether the next element is drawn. Of the last block, which may be shorter, possibly none is.
  mutating func takesNext() -> Bool {
    // The high part of the product is even over the block, but for one part in 2^64 / oneIn.
    if place == 0 { chosen = Int(random().multipliedFullWidth(by: UInt64(oneIn)).high) }
    defer { place = place + 1 == oneIn ? 0 : place + 1 }
    return place == chosen
  }
}
