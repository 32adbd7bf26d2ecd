internal import Codec

extension ValuePath {
  /// Reads a path; the inverse of `description`.
  ///
  /// For example: `profile.locale`, `addresses[0].city`, `addresses[].city`, `"a.b".c`, `@`.
  /// - Throws: `ValuePathError` with the place of the first character that doesn't fit.
  public static func parse(_ text: String) throws(ValuePathError) -> ValuePath {
    if text == "@" { return ValuePath([]) }
    var parser = ValuePathParser(text)
    return ValuePath(try parser.steps())
  }
}

/// Reads a path's text from left to right.
struct ValuePathParser {
  private let scalars: [Unicode.Scalar]
  private var position = 0

  init(_ text: String) { scalars = Array(text.unicodeScalars) }

  mutating func steps() throws(ValuePathError) -> [ValuePath.Step] {
    guard !scalars.isEmpty else {
      throw ValuePathError(
        offset: 0, message: "the path is empty; a field with an empty name is written \"\\\"\\\"\"")
    }
    var steps: [ValuePath.Step] = []
    while let scalar = peek {
      if scalar == "[" {
        steps.append(try bracket())
      } else {
        if !steps.isEmpty {
          guard scalar == "." else { throw unexpected(scalar) }
          position += 1
        }
        steps.append(.field(try name()))
      }
    }
    return steps
  }

  private var peek: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

  private mutating func name() throws(ValuePathError) -> String {
    if peek == "\"" { return try quotedName() }
    let start = position
    while let scalar = peek, FieldName.isPlain(scalar) { position += 1 }
    guard position > start else {
      guard let scalar = peek else {
        throw ValuePathError(offset: position, message: "a field's name is missing at the end of the path")
      }
      throw unexpected(scalar)
    }
    return Self.text(scalars[start..<position])
  }

  private mutating func bracket() throws(ValuePathError) -> ValuePath.Step {
    let start = position
    position += 1
    var digits = ""
    while let scalar = peek, ("0"..."9").contains(scalar) {
      digits.unicodeScalars.append(scalar)
      position += 1
    }
    guard peek == "]" else {
      throw ValuePathError(offset: position, message: "expected a place such as [0], or [] for every element")
    }
    position += 1
    if digits.isEmpty { return .each }
    guard let index = Int(digits), index <= Int(Int32.max) else {
      throw ValuePathError(offset: start + 1, message: "no array has so many elements")
    }
    return .index(index)
  }

  private mutating func quotedName() throws(ValuePathError) -> String {
    let start = position
    position += 1
    var name = String.UnicodeScalarView()
    while let scalar = peek {
      position += 1
      switch scalar {
      case "\"": return String(name)
      case "\\": name.append(try escape())
      default: name.append(scalar)
      }
    }
    throw ValuePathError(offset: start, message: "the quotes that open here aren't closed")
  }

  private mutating func escape() throws(ValuePathError) -> Unicode.Scalar {
    let start = position - 1
    guard let scalar = peek else {
      throw ValuePathError(offset: start, message: "an escape isn't complete")
    }
    position += 1
    switch scalar {
    case "\"", "\\", "/": return scalar
    case "b": return "\u{8}"
    case "f": return "\u{C}"
    case "n": return "\n"
    case "r": return "\r"
    case "t": return "\t"
    case "u":
      var value = try hexadecimal(start)
      if (0xD800..<0xDC00).contains(value), peek == "\\", position + 1 < scalars.count,
        scalars[position + 1] == "u"
      {
        position += 2
        let low = try hexadecimal(start)
        guard (0xDC00..<0xE000).contains(low) else {
          throw ValuePathError(offset: start, message: "half of a surrogate pair is no character")
        }
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(value) else {
        throw ValuePathError(offset: start, message: "half of a surrogate pair is no character")
      }
      return scalar
    default:
      throw ValuePathError(offset: start, message: "JSON has no escape \"\\\(scalar)\"")
    }
  }

  private mutating func hexadecimal(_ start: Int) throws(ValuePathError) -> UInt32 {
    guard position + 4 <= scalars.count else {
      throw ValuePathError(offset: start, message: "an escape isn't complete")
    }
    let text = Self.text(scalars[position..<position + 4])
    guard text.utf8.allSatisfy({ $0 != 0x2B && $0 != 0x2D }), let value = UInt32(text, radix: 16) else {
      throw ValuePathError(offset: start, message: "\"\\u\" needs four hexadecimal digits")
    }
    position += 4
    return value
  }

  private func unexpected(_ scalar: Unicode.Scalar) -> ValuePathError {
    let message =
      switch scalar {
      case ".": "a field's name is missing before the dot"
      case "]": "there is no \"[\" before this \"]\""
      default:
        "\"\(scalar)\" can't stand here; put a field's odd name in double quotes, as in \"first name\".city"
      }
    return ValuePathError(offset: position, message: message)
  }

  private static func text(_ scalars: ArraySlice<Unicode.Scalar>) -> String {
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }
}
