/// An IPv4 or IPv6 address with the length of its network's prefix: PostgreSQL's `inet` and `cidr`.
public struct NetworkAddress: Sendable, Equatable {
  var isIPv6 = false
  var prefix: UInt8 = 0
  /// The address, its first byte highest; an IPv4 address takes the highest 32 bits.
  var bits: UInt128 = 0

  private var width: Int { isIPv6 ? 128 : 32 }

  /// Appends what `inet_send` and `cidr_send` give: family, prefix, whether it is a `cidr`, how many bytes, the bytes.
  ///
  /// - Throws: `.notExact` for a `cidr` with bits set behind its prefix, which PostgreSQL refuses.
  func append(isNetwork: Bool, to out: inout ByteBuffer) throws(Refusal) {
    if isNetwork, prefix < 128, bits << UInt128(prefix) != 0 { throw Refusal(.notExact, found: .string) }
    out.append(isIPv6 ? 3 : 2)
    out.append(prefix)
    out.append(isNetwork ? 1 : 0)
    out.append(UInt8(width / 8))
    if isIPv6 {
      out.appendBigEndian(bits)
    } else {
      out.appendBigEndian(UInt32(truncatingIfNeeded: bits >> 96))
    }
  }

  /// Reads `192.0.2.1`, `10.0.0.0/8`, `2001:db8::1/64`, `::ffff:192.0.2.1`. Without a prefix the whole address counts.
  ///
  /// - Throws: `.invalidText` for anything else: numbers with leading zeros, which some read as octal, zones, spaces.
  public static func parse(_ text: UnsafeRawBufferPointer) throws(Refusal) -> NetworkAddress {
    var address = NetworkAddress()
    var end = text.count
    if let slash = text.firstIndex(of: UInt8(ascii: "/")) { end = slash }
    let host = UnsafeRawBufferPointer(rebasing: text[..<end])
    if host.contains(UInt8(ascii: ":")) {
      address.isIPv6 = true
      address.bits = try ipv6(host)
    } else {
      address.bits = UInt128(try ipv4(host)) << 96
    }
    address.prefix = UInt8(address.width)
    if end < text.count {
      address.prefix = UInt8(
        try number(UnsafeRawBufferPointer(rebasing: text[(end + 1)...]), upTo: address.width))
    }
    return address
  }

  private static var invalid: Refusal { Refusal(.invalidText, found: .string) }

  private static func number(_ digits: UnsafeRawBufferPointer, upTo most: Int) throws(Refusal) -> Int {
    guard (1...3).contains(digits.count), digits.count == 1 || digits[0] != UInt8(ascii: "0") else {
      throw invalid
    }
    var value = 0
    for digit in digits {
      guard digit &- 0x30 < 10 else { throw invalid }
      value = value * 10 + Int(digit - 0x30)
    }
    guard value <= most else { throw invalid }
    return value
  }

  private static func ipv4(_ text: UnsafeRawBufferPointer) throws(Refusal) -> UInt32 {
    var value: UInt32 = 0
    var start = 0
    for part in 0..<4 {
      var end = start
      while end < text.count, text[end] != UInt8(ascii: ".") { end += 1 }
      guard (end == text.count) == (part == 3) else { throw invalid }
      value =
        value << 8 | UInt32(try number(UnsafeRawBufferPointer(rebasing: text[start..<end]), upTo: 255))
      start = end + 1
    }
    return value
  }

  private static func ipv6(_ text: UnsafeRawBufferPointer) throws(Refusal) -> UInt128 {
    var groups: InlineArray<8, UInt16> = .init(repeating: 0)
    var count = 0
    var gap: Int?
    var offset = 0
    if text.count >= 2, text[0] == UInt8(ascii: ":") {
      guard text[1] == UInt8(ascii: ":") else { throw invalid }
      (gap, offset) = (0, 2)
    }
    while offset < text.count {
      guard count < 8 else { throw invalid }
      var end = offset
      while end < text.count, text[end] != UInt8(ascii: ":") { end += 1 }
      let part = UnsafeRawBufferPointer(rebasing: text[offset..<end])
      if part.contains(UInt8(ascii: ".")) {
        guard end == text.count, count <= 6 else { throw invalid }
        let address = try ipv4(part)
        groups[count] = UInt16(truncatingIfNeeded: address >> 16)
        groups[count + 1] = UInt16(truncatingIfNeeded: address)
        count += 2
        break
      }
      groups[count] = try group(part)
      count += 1
      guard end < text.count else { break }
      offset = end + 1
      // A single colon can't end the address; two of them are the one gap.
      guard offset < text.count else { throw invalid }
      if text[offset] == UInt8(ascii: ":") {
        guard gap == nil else { throw invalid }
        gap = count
        offset += 1
      }
    }
    guard gap == nil ? count == 8 : count < 8 else { throw invalid }
    var bits: UInt128 = 0
    let first = gap ?? 8
    for place in 0..<8 {
      let source = place < first ? place : place - (8 - count)
      let isInGap = place >= first && source < first
      bits = bits << 16 | UInt128(isInGap ? 0 : groups[source])
    }
    return bits
  }

  private static func group(_ text: UnsafeRawBufferPointer) throws(Refusal) -> UInt16 {
    guard (1...4).contains(text.count) else { throw invalid }
    var value: UInt16 = 0
    for byte in text {
      guard let digit = Hex.value(byte) else { throw invalid }
      value = value << 4 | UInt16(digit)
    }
    return value
  }
}
