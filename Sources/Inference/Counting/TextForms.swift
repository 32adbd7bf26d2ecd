internal import Codec

/// Forms that texts may have: a hint for the person who reads the mapping, never a reason to convert.
public struct TextForms: OptionSet, Sendable, Hashable {
  public let rawValue: UInt8
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// A date of ISO 8601, with or without time.
  public static let date = TextForms(rawValue: 1)
  public static let uuid = TextForms(rawValue: 2)
  /// A JSON object or array.
  public static let json = TextForms(rawValue: 4)
  /// A decimal number.
  public static let number = TextForms(rawValue: 8)
  /// A word such as `true` or `no`.
  public static let boolean = TextForms(rawValue: 16)
  /// An address such as `ada@example.org`.
  public static let email = TextForms(rawValue: 32)
  /// An IPv4 or IPv6 address or network.
  public static let network = TextForms(rawValue: 64)
  /// A duration of ISO 8601, or `HH:MM:SS`.
  public static let interval = TextForms(rawValue: 128)

  public static let all: TextForms = [
    .date, .uuid, .json, .number, .boolean, .email, .network, .interval,
  ]
}

extension TextForms {
  private static let booleanWords: Set<String> = [
    "true", "false", "t", "f", "yes", "no", "y", "n", "on", "off",
  ]

  /// Those of these forms that a text has. Cheap once few are left, as is the case after some texts of any column.
  func narrowed(by text: UnsafeRawBufferPointer, _ work: inout TextWork) -> TextForms {
    var left = self
    if contains(.uuid), UUIDText.parse(text) == nil { left.remove(.uuid) }
    if contains(.number), !Self.isNumber(text) { left.remove(.number) }
    if contains(.email), !Self.isEmail(text) { left.remove(.email) }
    if contains(.date), !Self.isDate(text) { left.remove(.date) }
    if contains(.network), !Self.isNetwork(text) { left.remove(.network) }
    if contains(.interval), !Self.isInterval(text) { left.remove(.interval) }
    if contains(.boolean) {
      let isWord =
        text.count <= 5 && Self.booleanWords.contains(String(decoding: text, as: UTF8.self).lowercased())
      if !isWord { left.remove(.boolean) }
    }
    if contains(.json), !work.isJSON(text) { left.remove(.json) }
    return left
  }

  private static func isNumber(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count <= 400, let first = text.first, first < 0x3A, let last = text.last, last &- 0x30 <= 9
    else {
      return false
    }
    // A leading zero is a code (a postcode, a telephone number), not a number.
    if text.count > 1, first == 0x30, text[1] &- 0x30 <= 9 { return false }
    return DoubleText.parse(text) != nil
  }

  private static func isDate(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= 10, text.count <= 40, text[4] == 0x2D else { return false }
    do throws(Refusal) {
      return try PostgresTime.parse(text, format: .iso).hasDate
    } catch {
      return false
    }
  }

  private static func isNetwork(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= 2, text.count <= 50, text.contains(where: { $0 == 0x2E || $0 == 0x3A }) else {
      return false
    }
    do throws(Refusal) { _ = try NetworkAddress.parse(text) } catch { return false }
    return true
  }

  private static func isInterval(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count >= 3, text.count <= 80 else { return false }
    do throws(Refusal) { _ = try Interval.parse(text) } catch { return false }
    return true
  }

  private static func isEmail(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count <= 320, let at = text.firstIndex(of: 0x40), at > 0 else { return false }
    let domain = text[(at + 1)...]
    let hasDot = domain.dropFirst().dropLast().contains(0x2E)
    return hasDot && !domain.contains(0x40) && !text.contains { $0 <= 0x20 || $0 == 0x2C || $0 == 0x3C }
  }
}

/// Buffers for looking at texts, reused from one to the next.
struct TextWork: ~Copyable {
  private var scratch = ByteBuffer(capacity: 1024)
  private var out = ByteBuffer(capacity: 1024)

  /// Whether a text is a JSON object or array.
  mutating func isJSON(_ text: UnsafeRawBufferPointer) -> Bool {
    guard let first = text.first, first == UInt8(ascii: "{") || first == UInt8(ascii: "[") else {
      return false
    }
    out.removeAll()
    defer { out.shrink(to: 1 << 20) }
    do throws(Refusal) {
      try CanonicalJSON.append(jsonText: text, scratch: &scratch, to: &out)
      return true
    } catch {
      return false
    }
  }

  /// The canonical text of a Decimal128 in words: what is special about it.
  mutating func count(decimal bytes: UnsafeRawBufferPointer, in counts: inout DecimalCounts) throws(Refusal) {
    out.removeAll()
    try Decimal128Text.append(bytes, to: &out)
    let text = out.bytes
    let digits = text.prefix { $0 != UInt8(ascii: "E") }
    if text.contains(UInt8(ascii: "f")) {
      counts.infinite += 1
    } else if text.contains(UInt8(ascii: "a")) {
      counts.notANumber += 1
    } else if text.first == UInt8(ascii: "-"), !digits.contains(where: { (0x31...0x39).contains($0) }) {
      counts.negativeZero += 1
    }
  }
}
