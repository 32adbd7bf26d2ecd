/// Reads the text form of Postgres' types, by their numbers in `pg_type`.
enum PostgresCell {
  static func cell(_ text: String?, _ type: UInt32) -> DatabaseCell {
    guard let text else { return .null }
    switch type {
    case 16: return .bool(text == "t")
    case 20, 21, 23, 26: return Int64(text).map { .integer($0) } ?? .text(text, .other)
    case 700, 701: return double(text).map { .double($0) } ?? .text(text, .other)
    case 17: return bytes(text).map { .bytes($0) } ?? .text(text, .other)
    case 1700: return .text(text, .number)
    case 1082, 1114, 1184: return .text(text, .time)
    case 2950: return .text(text, .uuid)
    case 114, 3802: return .text(text, .json)
    case 18, 19, 25, 1042, 1043, 705: return .text(text, .text)
    default: return .text(text, .other)
    }
  }

  private static func double(_ text: String) -> Double? {
    switch text {
    case "Infinity": .infinity
    case "-Infinity": -.infinity
    case "NaN": .nan
    default: Double(text)
    }
  }

  /// Reads `\x…`, the form that the connection asks for.
  private static func bytes(_ text: String) -> [UInt8]? {
    func digit(_ byte: UInt8) -> UInt8? {
      switch byte {
      case 0x30...0x39: byte - 0x30
      case 0x61...0x66: byte - 0x61 + 10
      default: nil
      }
    }
    let digits = Array(text.utf8.dropFirst(2))
    guard text.hasPrefix("\\x"), digits.count.isMultiple(of: 2) else { return nil }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(digits.count / 2)
    for index in stride(from: 0, to: digits.count, by: 2) {
      guard let high = digit(digits[index]), let low = digit(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    return bytes
  }
}
