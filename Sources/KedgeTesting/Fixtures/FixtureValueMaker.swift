internal import Codec
internal import Mapping

/// Makes source values that a column takes after its transforms.
struct FixtureValueMaker {
  var random: FixtureRandom
  /// What a value has to fit.
  struct Wish {
    var column: String
    var type: TargetType
    var source: Store.Kind
    /// Whether it is to stand in JSON, which has texts, numbers, truth values, arrays and objects alone.
    var isJSON = false
    /// The value's number among those that have to differ; nil where they needn't.
    var number: Int?
    /// Whether an ObjectId is a good value: keys of MongoDB, and what refers to them.
    var prefersObjectID = false
    /// What earlier steps make of letters.
    var fold: Fold?
    /// For numbers that differ from one entity to the other.
    var salt: UInt64 = 0

    enum Fold { case lower, upper }

    /// Whether only BSON's own types can stand here.
    var isBSON: Bool { source == .mongo && !isJSON }
  }

  /// A source value, or nil if there is none that this store could hold.
  mutating func value(_ transforms: ArraySlice<Transform>, _ wish: Wish, asText: Bool = false) -> BSONValue? {
    if case .array(let element) = wish.type {
      guard wish.source == .mongo || wish.isJSON else { return nil }
      var inner = wish
      inner.type = element
      inner.number = nil
      let elements = (0..<random.below(4)).compactMap { _ in value(transforms, inner) }
      return BSONValue(elements)
    }
    guard let transform = transforms.first else { return asText ? text(wish) : native(wish) }
    let rest = transforms.dropFirst()
    switch transform {
    case .trim:
      guard case .string(let text)? = value(rest, wish, asText: true) else { return nil }
      return .string(random.once(in: 6) ? " \(text) " : text)
    case .lower, .upper:
      var inner = wish
      inner.fold = transform == .lower ? .lower : .upper
      guard case .string(let text)? = value(rest, inner, asText: true) else { return nil }
      let folded = transform == .lower ? text.lowercased() : text.uppercased()
      guard folded == text, random.once(in: 5) else { return .string(folded) }
      return .string(transform == .lower ? text.uppercased() : text.lowercased())
    case .text:
      if !asText, rest.isEmpty, wish.isBSON, wish.prefersObjectID, fits(24, wish.type) {
        return objectID(wish)
      }
      return value(rest, wish, asText: true)
    case .number: return numberText(rest, wish)
    case .stripNUL, .escapeNUL: return value(rest, wish, asText: asText)
    case .truncate(let length):
      guard case .string(let text)? = value(rest, wish, asText: true) else { return nil }
      return .string(wish.number == nil && text.count >= length ? text + " and more" : text)
    case .round, .clamp: return asText ? nil : value(rest, wish)
    default: return ending(transform, wish, asText: asText)
    }
  }

  /// The steps that make something else of a value, so that the column's type says little of the source.
  private mutating func ending(_ transform: Transform, _ wish: Wish, asText: Bool) -> BSONValue? {
    switch transform {
    case .epoch(let unit): return epoch(unit, wish, asText: asText)
    case .parseDate(let format): return date(format, wish, asText: asText)
    case .enumMap(let pairs):
      let usable = pairs.filter { takes($0.to, wish.type) && isFolded($0.from, wish.fold) }
      let pair = wish.number.map { usable.indices.contains($0) ? usable[$0] : nil } ?? random.element(usable)
      return (pair ?? nil).map { .string($0.from) }
    case .boolean(let trueWords, let falseWords):
      if wish.isBSON, !asText, random.once(in: 3) { return .bool(random.once(in: 2)) }
      guard let word = random.element(trueWords + falseWords) else { return nil }
      if !asText, let number = Int(word), number == 0 || number == 1, random.once(in: 2) {
        return BSONValue(number)
      }
      return .string(word)
    case .cents(let digits): return asText ? nil : cents(digits, wish)
    case .json: return .string(FixtureJSON.text(document(wish)))
    case .ejson: return wish.isBSON && !asText ? document(wish) : .string(words(3))
    case .hash: return .string("\(words(1))-\(wish.number ?? random.below(1_000_000))")
    case .uuid(let order):
      let bytes = uuidBytes(wish)
      if wish.isBSON, !asText, random.once(in: 2) {
        return .binary(subtype: order == .standard ? 4 : 3, bytes)
      }
      return .string(uuidText(bytes))
    case .base64, .hex:
      guard wish.source != .mongo || wish.isBSON, !asText else { return nil }
      return .binary(subtype: 0, bytes(min(length(of: wish.type) ?? 24, 24) / 4))
    case .interval(nil):
      return .string(
        random.once(in: 2) ? "P\(random.below(9))DT\(random.below(23))H30M" : "02:3\(random.below(10)):00")
    case .interval(_?):
      let number = wish.number ?? random.below(1000)
      return asText ? .string("\(number)") : BSONValue(number)
    case .inet:
      let number = wish.number ?? random.below(60_000)
      let (high, low) = (number >> 8 & 255, number & 255)
      if case .cidr = wish.type.base { return .string("10.\(high).\(low).0/24") }
      if number < 1 << 16, random.once(in: 3) { return .string("2001:db8::\(String(number, radix: 16))") }
      return .string("10.\(number >> 16 & 255).\(high).\(low)")
    default: return native(wish)
    }
  }

  // MARK: Without transforms

  /// A value that the column takes as it is.
  mutating func native(_ wish: Wish) -> BSONValue? {
    switch wish.type.base {
    case .smallint: return whole(wish.number ?? random.below(1000), Int(Int16.max))
    case .integer: return whole(wish.number ?? random.below(1_000_000), Int(Int32.max))
    case .bigint: return BSONValue(wish.number.map { $0 + 1 } ?? random.below(1 << 40))
    case .numeric(let precision, let scale):
      let digits = scale ?? (precision == nil ? 2 : 0)
      guard let whole = wholePart(precision, digits, wish) else { return nil }
      if digits <= 0 || random.once(in: 3) { return BSONValue(whole) }
      let fraction = digits == 1 ? "\(random.below(10))" : "\(random.below(10))\(random.below(10))"
      return Double("\(whole).\(fraction)").map { .double($0) }
    case .real, .doublePrecision: return .double(Double(wish.number ?? random.below(10_000)) + 0.5)
    case .boolean: return wish.source == .mongo || wish.isJSON ? .bool(random.once(in: 2)) : nil
    case .bytea:
      return wish.isJSON ? .string(words(1)) : .binary(subtype: 0, bytes(wish.number == nil ? 12 : 16))
    case .uuid: return wish.isBSON ? .binary(subtype: 4, uuidBytes(wish)) : nil
    case .date:
      return wish.isBSON ? .date(Int64(moment(wish).seconds / 86_400) * 86_400_000) : nil
    case .timestamp, .timestamptz:
      let time = moment(wish)
      return wish.isBSON ? .date(Int64(time.seconds) * 1000 + Int64(time.milliseconds)) : nil
    case .json, .jsonb: return wish.source == .mongo || wish.isJSON ? document(wish) : .string(words(2))
    case .time, .interval, .inet, .cidr: return nil
    default: return text(wish)
    }
  }

  /// Numbers that differ begin with 1, and end with the type.
  private func whole(_ number: Int, _ largest: Int) -> BSONValue? {
    number < largest ? BSONValue(number + 1) : nil
  }

  private func takes(_ text: String, _ type: TargetType) -> Bool {
    switch type.base {
    case .enumeration(_, let labels): labels.contains(text)
    case .char(let length): text.unicodeScalars.count == length
    case .varchar(let length): text.unicodeScalars.count <= length
    default: true
    }
  }

  func fits(_ count: Int, _ type: TargetType) -> Bool {
    switch type.base {
    case .varchar(let length): count <= length
    case .char(let length): count == length
    case .text, .citext: true
    default: false
    }
  }

  func isFolded(_ text: String, _ fold: Wish.Fold?) -> Bool {
    switch fold {
    case .lower: text == text.lowercased()
    case .upper: text == text.uppercased()
    case nil: true
    }
  }
}
