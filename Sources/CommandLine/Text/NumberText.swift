/// Numbers as people read them.
public enum NumberText {
  /// The number with a comma between each three digits: `1,234,567`.
  public static func grouped(_ number: Int) -> String {
    let digits = String(number.magnitude)
    var result = number < 0 ? "-" : ""
    for (offset, digit) in digits.enumerated() {
      if offset > 0 && (digits.count - offset).isMultiple(of: 3) { result.append(",") }
      result.append(digit)
    }
    return result
  }

  /// The number with one digit after the point, rounded half up: `3.2`. Below zero and beyond 10¹⁵ isn't
  /// meant for it.
  static func oneDecimal(_ number: Double) -> String {
    let tenths = Int((number * 10).rounded())
    return "\(tenths / 10).\(tenths % 10)"
  }
}

/// Amounts of memory or disk as people read them.
public enum ByteText {
  /// The amount in the largest unit that leaves at least one: `512 B`, `1.5 KiB`, `12.0 GiB`. Units are
  /// powers of 1,024.
  public static func text(_ bytes: Int) -> String {
    if bytes < 0 { return "-" + (bytes == Int.min ? text(Int.max) : text(-bytes)) }
    if bytes < 1_024 { return "\(bytes) B" }
    var amount = Double(bytes) / 1_024
    var units = ["KiB", "MiB", "GiB", "TiB", "PiB", "EiB"][...]
    // 1,023.95 would be shown as 1024.0: it belongs to the next unit.
    while amount >= 1_023.95, units.count > 1 {
      amount /= 1_024
      units.removeFirst()
    }
    return "\(NumberText.oneDecimal(amount)) \(units.first ?? "")"
  }
}
