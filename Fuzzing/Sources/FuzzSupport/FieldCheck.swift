internal import Codec

/// What PostgreSQL would say to one field.
enum FieldCheck {
  static func check(_ field: UnsafeRawBufferPointer, _ type: TargetType) {
    var reader = FieldReader(field)
    switch type {
    case .smallint: _ = reader.int16()
    case .integer, .real: _ = reader.int32()
    case .bigint, .doublePrecision: _ = reader.int64()
    case .boolean: expect(field.count == 1 && field[0] <= 1, "a boolean is one byte, 0 or 1")
    case .numeric(let precision, let scale):
      NumericCheck.check(&reader, precision: precision, scale: precision == nil ? nil : scale ?? 0)
    case .text, .citext: text(field)
    case .varchar(let length):
      text(field)
      expect(String(decoding: field, as: UTF8.self).unicodeScalars.count <= length, "a varchar fits its type")
    case .char(let length):
      text(field)
      expect(String(decoding: field, as: UTF8.self).unicodeScalars.count == length, "a char fills its type")
    case .bytea: return
    case .uuid: expect(field.count == 16, "a UUID has 16 bytes")
    case .date:
      let days = reader.int32()
      expect((-2_451_545..<2_145_031_949).contains(days), "a date is one that PostgreSQL knows")
    case .time: expect((0...86_400_000_000).contains(reader.int64()), "a time is within the day")
    case .timestamp, .timestamptz:
      expect(
        (-211_813_488_000_000_000..<9_223_371_331_200_000_000).contains(reader.int64()),
        "a timestamp is one that PostgreSQL knows")
    case .interval: for _ in 0..<4 { _ = reader.int32() }
    case .inet: network(field, isNetwork: false)
    case .cidr: network(field, isNetwork: true)
    case .enumeration(_, let labels):
      text(field)
      expect(labels.contains { $0.utf8.elementsEqual(field) }, "an enum's value is one of its labels")
    case .domain(_, let base): return check(field, base)
    case .json: json(field)
    case .jsonb:
      expect(field.count > 1 && field[0] == 1, "a jsonb begins with its version")
      json(UnsafeRawBufferPointer(rebasing: field[1...]))
    case .array(let element): array(&reader, element)
    }
    switch type {
    case .smallint, .integer, .real, .bigint, .doublePrecision, .numeric, .date, .time, .timestamp,
      .timestamptz,
      .interval, .array:
      expect(reader.isAtEnd, "a field ends where its value does")
    default: break
    }
  }

  private static func text(_ field: UnsafeRawBufferPointer) {
    // The standard library's own check, not the one that the encoder uses.
    expect(String(validating: field, as: UTF8.self) != nil, "text is UTF-8")
    expect(!field.contains(0), "text holds no NUL")
  }

  /// JSON has to be in its canonical form already: written again, it stays as it is.
  private static func json(_ field: UnsafeRawBufferPointer) {
    text(field)
    var scratch = ByteBuffer()
    var out = ByteBuffer()
    do throws(Refusal) {
      try CanonicalJSON.append(jsonText: field, scratch: &scratch, to: &out)
    } catch {
      finding("canonical JSON is JSON, not \(error.reason.code)")
    }
    expect(out.bytes.elementsEqual(field), "canonical JSON is its own canonical form")
  }

  private static func network(_ field: UnsafeRawBufferPointer, isNetwork: Bool) {
    expect(field.count == 8 || field.count == 20, "a network address has 8 or 20 bytes")
    let bits = (field.count - 4) * 8
    expect(
      field[0] == (bits == 32 ? 2 : 3) && Int(field[3]) * 8 == bits,
      "a network address has its family's length")
    expect(Int(field[1]) <= bits, "a network's prefix is no longer than its address")
    expect(field[2] == (isNetwork ? 1 : 0), "a network says that it is one")
    guard isNetwork else { return }
    for bit in Int(field[1])..<bits {
      expect(field[4 + bit / 8] & (0x80 >> UInt8(bit % 8)) == 0, "a network has no bits behind its prefix")
    }
  }

  private static func array(_ reader: inout FieldReader, _ element: TargetType) {
    let dimensions = reader.int32()
    let hasNull = reader.int32()
    expect(reader.int32() == Int32(bitPattern: element.oid), "an array names its element's type")
    expect(dimensions == 0 || dimensions == 1, "an array has one dimension, or none when it is empty")
    expect(hasNull == 0 || hasNull == 1, "an array's flag is 0 or 1")
    guard dimensions == 1 else { return }
    let count = reader.int32()
    expect(count > 0 && reader.int32() == 1, "an array has elements, counted from 1")
    var sawNull = false
    for _ in 0..<count {
      let length = Int(reader.int32())
      if length == -1 { sawNull = true } else { check(reader.bytes(length), element) }
    }
    expect(sawNull == (hasNull == 1), "an array's flag says whether it holds NULL")
  }
}

/// The parts of a numeric, as `numeric_send` writes it.
enum NumericCheck {
  static func check(_ reader: inout FieldReader, precision: Int?, scale: Int?) {
    let count = Int(reader.int16())
    let weight = Int(reader.int16())
    let sign = UInt16(bitPattern: reader.int16())
    let decimals = Int(reader.int16())
    var digits: [Int] = []
    for _ in 0..<max(0, count) { digits.append(Int(reader.int16())) }
    if [0xC000, 0xD000, 0xF000].contains(sign) {
      expect(count == 0, "NaN and the infinities have no digits")
      expect(sign == 0xC000 || precision == nil, "no infinity fits a numeric with a precision")
      return
    }
    expect(count >= 0 && (sign == 0 || sign == 0x4000), "a numeric has a sign and a count of digits")
    expect((0...16383).contains(decimals), "a numeric has at most 16383 digits behind the point")
    expect(digits.allSatisfy { (0...9999).contains($0) }, "a numeric's digits are below 10000")
    guard let first = digits.first, let last = digits.last else {
      expect(sign == 0 && weight == 0, "zero has no sign and no weight")
      if let scale { expect(decimals == scale, "a numeric has its type's scale") }
      return
    }
    expect(first != 0 && last != 0, "a numeric has no zeros at either end")
    expect(weight <= 32767 && weight >= -4096, "a numeric is within its range")
    if let precision, let scale {
      expect(decimals == scale, "a numeric has its type's scale")
      let whole = weight * 4 + String(first).count
      expect(whole <= precision - scale, "a numeric has at most its type's digits before the point")
    }
    // Digits behind the declared scale would be lost.
    var lowest = (weight - count + 1) * 4
    var group = last
    while group % 10 == 0 { (group, lowest) = (group / 10, lowest + 1) }
    expect(-lowest <= decimals, "a numeric's scale covers all its digits")
  }
}
