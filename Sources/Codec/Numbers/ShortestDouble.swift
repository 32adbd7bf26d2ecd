/// The shortest decimal that reads back as a given double, and of these the nearest, by Raffaello Giulietti's method
/// ("The Schubfach way to render doubles", 2020): one table of powers of ten, three multiplications, no loops.
enum ShortestDouble {
  /// The shortest decimal of a finite `value`, without zeros at the end of its digits unless it is whole.
  static func decimal(_ value: Double) -> DecimalValue {
    let isNegative = value.sign == .minus
    let magnitude = value.magnitude
    // Whole numbers below 2^53 have no shorter neighbour: their digits are themselves.
    if magnitude < 9_007_199_254_740_992 {
      let whole = UInt64(magnitude)
      if Double(whole) == magnitude {
        return DecimalValue(isNegative: isNegative, coefficient: UInt128(whole), exponent: 0)
      }
    }
    var (digits, exponent) = shortest(magnitude)
    while digits % 10 == 0 {
      digits /= 10
      exponent += 1
    }
    return DecimalValue(isNegative: isNegative, coefficient: UInt128(digits), exponent: exponent)
  }

  private static func shortest(_ value: Double) -> (digits: UInt64, exponent: Int) {
    let fraction = value.bitPattern & 0xF_FFFF_FFFF_FFFF
    let biased = Int(value.bitPattern >> 52)
    let significand = biased == 0 ? fraction : fraction | 0x10_0000_0000_0000
    let binaryExponent = max(biased, 1) - 1075
    // At a power of two the gap below is half as wide as the one above.
    let isNarrowBelow = fraction == 0 && biased > 1

    // Four times the value and the ends of the interval that rounds to it.
    let middle = significand << 2
    let lower = middle - (isNarrowBelow ? 1 : 2)
    let upper = middle + 2

    // floor(log10(2^e)), or of three quarters of that.
    let exponent = (binaryExponent * 1_262_611 - (isNarrowBelow ? 524_031 : 0)) >> 22
    let power = PowersOfTen.table[PowersOfTen.index(-exponent)]
    let shift = UInt64(binaryExponent + PowersOfTen.floorLog2(-exponent) + 1)
    let scaledLower = roundToOdd(power, lower << shift)
    let scaledMiddle = roundToOdd(power, middle << shift)
    let scaledUpper = roundToOdd(power, upper << shift)
    // An odd significand's interval doesn't include its ends.
    let odd = significand & 1
    let least = scaledLower + odd
    let most = scaledUpper - odd

    let digits = scaledMiddle >> 2
    if digits >= 10 {
      let tens = digits / 10
      let belowFits = least <= 40 * tens
      let aboveFits = 40 * tens + 40 <= most
      if belowFits != aboveFits { return (tens + (aboveFits ? 1 : 0), exponent + 1) }
    }
    let belowFits = least <= 4 * digits
    let aboveFits = 4 * digits + 4 <= most
    if belowFits != aboveFits { return (digits + (aboveFits ? 1 : 0), exponent) }
    let half = 4 * digits + 2
    let isUp = scaledMiddle > half || (scaledMiddle == half && digits & 1 == 1)
    return (digits + (isUp ? 1 : 0), exponent)
  }

  /// The high 64 bits of `power * factor`, with the lowest set if anything below is.
  private static func roundToOdd(_ power: UInt128, _ factor: UInt64) -> UInt64 {
    let low = UInt64(truncatingIfNeeded: power).multipliedFullWidth(by: factor)
    let high = UInt64(truncatingIfNeeded: power >> 64).multipliedFullWidth(by: factor)
    let (middle, carry) = high.low.addingReportingOverflow(low.high)
    return (high.high &+ (carry ? 1 : 0)) | (middle > 1 ? 1 : 0)
  }
}

/// Powers of ten from -292 to 324, each as 128 bits rounded up, the highest of them set.
enum PowersOfTen {
  private static let lowest = -292
  private static let highest = 324

  static func index(_ exponent: Int) -> Int { exponent - lowest }

  /// floor(log2(10^exponent)).
  static func floorLog2(_ exponent: Int) -> Int { (exponent * 1_741_647) >> 19 }

  /// Computed once, by exact arithmetic on long numbers, instead of 617 lines of constants.
  static let table: [UInt128] = {
    var table = [UInt128](repeating: 0, count: highest - lowest + 1)
    var number = LongNumber(words: 18)
    number.words[0] = 1
    for exponent in 0...highest {
      table[index(exponent)] = number.leadingBits(isTruncated: false)
      number.multiplyByTen()
    }
    // The floor of 2^1151 / 10^n: dividing a floor again gives the same as dividing once by the product.
    var inverse = LongNumber(words: 18)
    inverse.words[17] = 1 << 63
    for exponent in stride(from: -1, through: lowest, by: -1) {
      inverse.divideByTen()
      table[index(exponent)] = inverse.leadingBits(isTruncated: true)
    }
    return table
  }()

  /// A natural number of fixed width, lowest word first.
  private struct LongNumber {
    var words: [UInt64]

    init(words count: Int) { words = [UInt64](repeating: 0, count: count) }

    mutating func multiplyByTen() {
      var carry: UInt64 = 0
      for index in words.indices {
        let product = words[index].multipliedFullWidth(by: 10)
        let (sum, overflow) = product.low.addingReportingOverflow(carry)
        words[index] = sum
        carry = product.high + (overflow ? 1 : 0)
      }
    }

    mutating func divideByTen() {
      var remainder: UInt64 = 0
      for index in words.indices.reversed() {
        (words[index], remainder) = UInt64(10).dividingFullWidth((remainder, words[index]))
      }
    }

    /// The highest 128 bits, rounded up; `isTruncated` says that the number had more bits below its words.
    func leadingBits(isTruncated: Bool) -> UInt128 {
      guard let top = words.lastIndex(where: { $0 != 0 }) else { return 0 }
      let shift = words[top].leadingZeroBitCount
      var result: UInt128 = 0
      var isInexact = isTruncated
      for step in 0..<3 {
        let word = top >= step ? UInt128(words[top - step]) : 0
        let position = 64 - 64 * step + shift
        if position >= 0 {
          result |= word << UInt128(position)
        } else {
          result |= word >> UInt128(-position)
          if word << UInt128(128 + position) != 0 { isInexact = true }
        }
      }
      if top >= 3, words[0...(top - 3)].contains(where: { $0 != 0 }) { isInexact = true }
      return isInexact ? result + 1 : result
    }
  }
}
