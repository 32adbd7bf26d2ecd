internal import Codec

/// One field's counts in words.
enum FieldSummary {
  static func text(_ field: FieldScan) -> String {
    var parts = [Histogram.text(field)].filter { !$0.isEmpty }
    if field.missing > 0 { parts.append("missing \(field.missing)") }
    if field.nulls > 0 { parts.append("null \(field.nulls)") }
    parts += booleans(field) + numbers(field) + texts(field) + others(field)
    return parts.joined(separator: "; ")
  }

  private static func booleans(_ field: FieldScan) -> [String] {
    field.kinds[.bool].map { ["true \(field.booleans.trues) of \($0)"] } ?? []
  }

  private static func numbers(_ field: FieldScan) -> [String] {
    var parts: [String] = []
    if field.integers.least <= field.integers.greatest {
      parts.append("integers \(field.integers.least)…\(field.integers.greatest)")
      if field.integers.beyondDouble > 0 { parts.append("\(field.integers.beyondDouble) beyond 2^53") }
    }
    let doubles = field.doubles
    if doubles.least <= doubles.greatest {
      parts.append("doubles \(doubles.least)…\(doubles.greatest), \(doubles.whole) whole")
    }
    let special = [
      ("NaN", doubles.notANumber + field.decimals.notANumber),
      ("infinite", doubles.infinite + field.decimals.infinite),
      ("-0.0", doubles.negativeZero + field.decimals.negativeZero),
    ]
    parts += special.filter { $0.1 > 0 }.map { "\($0.1) \($0.0)" }
    return parts
  }

  private static func texts(_ field: FieldScan) -> [String] {
    guard field.kinds[.string] != nil || field.kinds[.symbol] != nil else { return [] }
    let texts = field.texts
    var parts = ["longest \(texts.longestScalars) characters (\(texts.longestBytes) bytes)"]
    if texts.empty > 0 { parts.append("empty \(texts.empty)") }
    if texts.withNUL > 0 { parts.append("\(texts.withNUL) with NUL") }
    if texts.invalidUTF8 > 0 { parts.append("\(texts.invalidUTF8) not UTF-8") }
    let forms: [(TextForms, String)] = [
      (.uuid, "UUIDs"), (.date, "dates"), (.json, "JSON"), (.number, "numbers"), (.boolean, "true or false"),
      (.email, "e-mail addresses"), (.network, "network addresses"), (.interval, "durations"),
    ]
    if texts.longestBytes > 0, let form = forms.first(where: { texts.forms.contains($0.0) }) {
      parts.append("all look like \(form.1)")
    }
    return parts
  }

  private static func others(_ field: FieldScan) -> [String] {
    var parts: [String] = []
    if field.dates.least <= field.dates.greatest {
      parts.append("dates \(iso(field.dates.least))…\(iso(field.dates.greatest))")
    }
    if field.kinds[.binary] != nil {
      let subtypes = field.binaries.subtypes.sorted { $0.key < $1.key }.map {
        "\($0.value) of subtype \($0.key)"
      }
      parts.append(
        "\(field.binaries.shortest)…\(field.binaries.longest) bytes, \(subtypes.joined(separator: ", "))")
    }
    if field.kinds[.document] != nil {
      parts.append("\(field.fields.count) different fields")
      if field.documents.empty > 0 { parts.append("empty \(field.documents.empty)") }
      if field.documents.uncounted > 0 {
        parts.append("\(field.documents.uncounted) values of too many more")
      }
    }
    if field.kinds[.array] != nil {
      parts.append("up to \(field.arrays.longest) elements, \(field.arrays.elements) in all")
      if field.arrays.empty > 0 { parts.append("empty \(field.arrays.empty)") }
    }
    return parts
  }

  private static func iso(_ milliseconds: Int64) -> String {
    var text = ByteBuffer(capacity: 32)
    PostgresTime.appendISO(unixMilliseconds: milliseconds, fraction: .whereNotZero, to: &text)
    return String(decoding: text.bytes, as: UTF8.self)
  }
}
