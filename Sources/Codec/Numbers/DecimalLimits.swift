/// Rounding and comparing decimal numbers of any length, as text.
extension ScannedDecimal {
  /// Appends the number with at most `digits` digits after the point, halves rounded away from zero, as PostgreSQL's
  /// `round(numeric, int)` does.
  func appendRounded(digits kept: Int, to out: inout ByteBuffer) {
    // Far below half of the last digit kept, and maybe too long to write out.
    if isZero || leadingPower < -kept - 1 {
      return Self.appendZero(digits: min(kept, displayScale), to: &out)
    }
    let start = out.count
    appendPlain(to: &out)
    guard displayScale > kept else { return }
    let point = out.count - displayScale - 1
    let next = out.bytes[point + 1 + kept]
    out.truncate(to: kept == 0 ? point : point + 1 + kept)
    if next >= UInt8(ascii: "5") { Self.increment(&out, from: start + (isNegative ? 1 : 0)) }
    if isNegative, !out.bytes[start...].contains(where: { $0 >= UInt8(ascii: "1") }) {
      out.truncate(to: start)
      Self.appendZero(digits: kept, to: &out)
    }
  }

  private static func appendZero(digits: Int, to out: inout ByteBuffer) {
    out.append(UInt8(ascii: "0"))
    if digits > 0 {
      out.append(UInt8(ascii: "."))
      out.append(zeros: digits)
    }
  }

  /// Adds one to the last digit of the number whose digits start at `start`.
  private static func increment(_ out: inout ByteBuffer, from start: Int) {
    var offset = out.count - 1
    while offset >= start {
      let digit = out.bytes[offset]
      if digit == UInt8(ascii: ".") {
        offset -= 1
        continue
      }
      if digit < UInt8(ascii: "9") { return out.patchBigEndian(digit + 1, at: offset) }
      out.patchBigEndian(UInt8(ascii: "0"), at: offset)
      offset -= 1
    }
    // All nines: one digit more.
    out.append(UInt8(ascii: "0"))
    let base = out.base + start
    (base + 1).copyMemory(from: base, byteCount: out.count - start - 1)
    out.patchBigEndian(UInt8(ascii: "1"), at: start)
  }

  /// Negative where this number is the smaller one, positive where it is the larger one.
  func compare(_ other: ScannedDecimal) -> Int {
    let (mine, its) = (sign, other.sign)
    if mine != its { return mine < its ? -1 : 1 }
    return mine < 0 ? -compareMagnitude(other) : mine == 0 ? 0 : compareMagnitude(other)
  }

  private var sign: Int { isZero ? 0 : isNegative ? -1 : 1 }

  private func compareMagnitude(_ other: ScannedDecimal) -> Int {
    if leadingPower != other.leadingPower { return leadingPower < other.leadingPower ? -1 : 1 }
    var (left, right) = (first, other.first)
    while left <= last || right <= other.last {
      let (mine, its) = (digit(&left), other.digit(&right))
      if mine != its { return mine < its ? -1 : 1 }
    }
    return 0
  }

  /// The significant digit at `offset`, which moves on; 0 behind the last.
  private func digit(_ offset: inout Int) -> UInt8 {
    if offset <= last, digits[offset] == UInt8(ascii: ".") { offset += 1 }
    guard offset <= last else { return 0 }
    defer { offset += 1 }
    return digits[offset] &- 0x30
  }
}
