internal import Codec
internal import Mapping

/// Values of one kind.
extension FixtureValueMaker {
  private static let vocabulary = [
    "anchor", "bight", "capstan", "dinghy", "ebb", "fathom", "galley", "hawser", "isle", "jib", "keel",
    "lagoon",
    "mast", "naïve", "outrigger", "port", "quay", "rudder", "sloop", "tide", "upwind", "vang", "wharf",
    "yawl",
  ]

  mutating func words(_ count: Int) -> String {
    (0..<count).compactMap { _ in random.element(Self.vocabulary) }.joined(separator: " ")
  }

  func length(of type: TargetType) -> Int? {
    switch type.base {
    case .varchar(let length), .char(let length): length
    default: nil
    }
  }

  /// A text that the column takes as it is.
  mutating func text(_ wish: Wish) -> BSONValue? {
    switch wish.type.base {
    case .enumeration(_, let labels):
      let usable = labels.filter { isFolded($0, wish.fold) }
      if let number = wish.number { return usable.indices.contains(number) ? .string(usable[number]) : nil }
      return random.element(usable).map { .string($0) }
    case .char(let length):
      let number = String(wish.number ?? random.below(1 << 30), radix: 36)
      let tail = String(number.suffix(length))
      return .string(String(repeating: "x", count: length - tail.count) + tail)
    case .text, .citext, .varchar, .bytea:
      var text = words(wish.number == nil ? 1 + random.below(3) : 1)
      if wish.column.lowercased().contains("email") { text = text.replacing(" ", with: ".") + "@example.com" }
      guard let number = wish.number else { return .string(clipped(text, wish.type)) }
      let mark = String(number, radix: 36)
      guard let length = length(of: wish.type) else { return .string("\(mark)-\(text)") }
      guard mark.count <= length else { return nil }
      return .string(String("\(mark)-\(text)".prefix(length)).trimmedEnd)
    case .smallint, .integer, .bigint, .numeric, .real, .doublePrecision, .boolean, .uuid, .date, .time,
      .timestamp,
      .timestamptz, .interval, .inet, .cidr, .array, .domain:
      return nil
    case .json, .jsonb: return .string(words(2))
    }
  }

  private func clipped(_ text: String, _ type: TargetType) -> String {
    length(of: type).map { String(text.prefix($0)).trimmedEnd } ?? text
  }

  /// Digits before the point that leave room for those behind it.
  mutating func wholePart(_ precision: Int?, _ scale: Int, _ wish: Wish) -> Int? {
    let room = min(wish.number == nil ? 6 : 15, max(0, (precision ?? 15) - scale))
    let bound = (0..<room).reduce(1) { product, _ in product * 10 }
    guard let number = wish.number else { return random.below(bound) }
    return number + 1 < bound ? number + 1 : nil
  }

  /// The text of a number, for `number` and the steps after it.
  mutating func numberText(_ rest: ArraySlice<Transform>, _ wish: Wish) -> BSONValue? {
    switch value(rest, wish) {
    case .int32(let number)?: .string("\(number)")
    case .int64(let number)?: .string("\(number)")
    case .double(let number)?: .string("\(number)")
    case .string(let text)? where wish.type.isText || wish.type.base == .json || wish.type.base == .jsonb:
      .string("\(text.utf8.count)")
    default: nil
    }
  }

  mutating func cents(_ digits: Int, _ wish: Wish) -> BSONValue? {
    var (precision, scale): (Int?, Int) = (nil, digits)
    if case .numeric(let declared, let declaredScale) = wish.type.base {
      precision = declared
      scale = declared == nil ? digits : (declaredScale ?? 0)
    } else if wish.type.base == .smallint {
      precision = 4
    }
    guard let whole = wholePart(precision, scale, wish) else { return nil }
    func power(_ exponent: Int) -> Int { (0..<max(0, exponent)).reduce(1) { product, _ in product * 10 } }
    guard digits <= 9 else { return BSONValue(0) }
    let fraction = random.below(power(min(digits, scale))) * power(digits - min(digits, scale))
    return BSONValue(whole * power(digits) + fraction)
  }

  /// A moment from 2001 to 2029.
  mutating func moment(_ wish: Wish) -> FixtureTime {
    // Those that differ do so by a day where the column has no more than days.
    if let number = wish.number {
      return FixtureTime(seconds: 1_000_080_000 + number * (wish.type.base == .date ? 86_400 : 60))
    }
    return FixtureTime(seconds: 1_000_000_000 + random.below(870_000_000), milliseconds: random.below(1000))
  }

  mutating func epoch(_ unit: EpochUnit, _ wish: Wish, asText: Bool) -> BSONValue? {
    var seconds = moment(wish).seconds
    if wish.type.base == .date || (unit == .julian && wish.number == nil) {
      seconds = seconds / 86_400 * 86_400
    }
    if unit == .julian, let number = wish.number { seconds = 1_000_080_000 + number * 86_400 }
    let number: Int
    switch unit {
    case .seconds: number = seconds
    case .milliseconds: number = seconds * 1000
    case .microseconds: number = seconds * 1_000_000
    case .nanoseconds:
      let (product, isTooLarge) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
      if isTooLarge { return nil }
      number = product
    case .webkit: number = (seconds + 11_644_473_600) * 1_000_000
    case .cocoa: number = seconds - 978_307_200
    case .julian:
      let days = Double(seconds / 86_400) + 2_440_587.5
      return asText ? .string("\(days)") : .double(days)
    }
    return asText ? .string("\(number)") : BSONValue(number)
  }

  mutating func date(_ format: DateFormat, _ wish: Wish, asText: Bool) -> BSONValue? {
    var time = moment(wish)
    let type = wish.type.base
    if type == .date { time = FixtureTime(seconds: time.seconds / 86_400 * 86_400) }
    switch format {
    case .pattern(let pattern): return .string(time.text(pattern))
    case .iso:
      if type == .date { return .string(time.date) }
      if type == .time { return .string(time.clock) }
      if wish.isBSON, !asText, type != .timestamp, random.once(in: 3) {
        return .date(Int64(time.seconds) * 1000 + Int64(time.milliseconds))
      }
      switch random.below(3) {
      case 0: return .string("\(time.date) \(time.clock)")
      case 1 where type == .timestamptz: return .string("\(time.date)T\(time.clock)+02:00")
      case 1: return .string("\(time.date)T\(time.clock)")
      default: return .string(time.text("%Y-%m-%dT%H:%M:%S.%f") + (type == .timestamptz ? "Z" : ""))
      }
    }
  }

  mutating func objectID(_ wish: Wish) -> BSONValue {
    let number = wish.number ?? random.below(1 << 30)
    return .objectID(
      ObjectID(
        high: 0x6500_0000_0000_0000 | (wish.salt & 0xFFFF_FFFF_FFFF), low: UInt32(truncatingIfNeeded: number))
    )
  }

  mutating func uuidBytes(_ wish: Wish) -> [UInt8] {
    let high = wish.number == nil ? random.next() : wish.salt
    let low = wish.number.map { UInt64($0) } ?? random.next()
    var bytes = [UInt8](repeating: 0, count: 16)
    for place in 0..<8 {
      bytes[place] = UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * place))
      bytes[8 + place] = UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * place))
    }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return bytes
  }

  func uuidText(_ bytes: [UInt8]) -> String {
    let hex = bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }
    return [hex[0..<4], hex[4..<6], hex[6..<8], hex[8..<10], hex[10..<16]].map { $0.joined() }.joined(
      separator: "-")
  }

  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: random.next()) }
  }

  /// A small document of what JSON has.
  mutating func document(_ wish: Wish) -> BSONValue {
    .document([
      "name": .string(words(2)), "count": BSONValue(random.below(100)), "on": .bool(random.once(in: 2)),
      "tags": BSONValue((0..<random.below(3)).map { _ in BSONValue.string(words(1)) }), "none": .null,
    ])
  }
}

extension String {
  /// Without spaces at the end.
  var trimmedEnd: String { String(self[..<(lastIndex { $0 != " " }.map(index(after:)) ?? startIndex)]) }
}
