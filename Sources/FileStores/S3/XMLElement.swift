/// An element of an answer of S3: its text, and the elements in it. Attributes are passed over; S3 says nothing in them.
///
/// Read byte by byte: what is one character to a reader may be a mark of XML and the beginning of a name.
struct XMLElement {
  var name: String
  private var bytes: [UInt8] = []
  private(set) var children: [XMLElement] = []

  /// The text in the element itself.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// The first child of this name.
  subscript(name: String) -> XMLElement? { children.first { $0.name == name } }

  /// All children of this name.
  func all(_ name: String) -> [XMLElement] { children.filter { $0.name == name } }

  private init(name: String) { self.name = name }

  /// The root of a document; nil if it isn't one that is well formed.
  init?(_ document: [UInt8]) {
    var rest = document[...]
    // The document's element is the one child of an imaginary one.
    var open = [XMLElement(name: "")]
    while let start = rest.firstIndex(of: UInt8(ascii: "<")) {
      guard let above = Self.decode(rest[..<start]) else { return nil }
      open[open.count - 1].bytes += above
      rest = rest[start...]
      if rest.starts(with: "<![CDATA[".utf8) {
        guard let end = Self.find("]]>", in: rest) else { return nil }
        open[open.count - 1].bytes += rest[rest.startIndex.advanced(by: 9)..<end]
        rest = rest[end.advanced(by: 3)...]
        continue
      }
      let closing = rest.starts(with: "<!--".utf8) ? "-->" : rest.starts(with: "<?".utf8) ? "?>" : ">"
      guard let end = Self.find(closing, in: rest) else { return nil }
      let tag = rest[rest.startIndex.advanced(by: 1)..<end]
      rest = rest[end.advanced(by: closing.utf8.count)...]
      switch tag.first {
      case UInt8(ascii: "?"), UInt8(ascii: "!"): continue
      case UInt8(ascii: "/"):
        guard open.count > 1, let done = open.popLast(), done.name == Self.name(tag.dropFirst()) else {
          return nil
        }
        open[open.count - 1].children.append(done)
      case _ where tag.last == UInt8(ascii: "/"):
        open[open.count - 1].children.append(XMLElement(name: Self.name(tag.dropLast())))
      default:
        // Answers are three deep; something that goes on for ever isn't one.
        guard open.count < 32 else { return nil }
        open.append(XMLElement(name: Self.name(tag)))
      }
    }
    guard open.count == 1, open[0].children.count == 1 else { return nil }
    self = open[0].children[0]
  }

  private static func find(_ text: String, in bytes: ArraySlice<UInt8>) -> Int? {
    let wanted = Array(text.utf8)
    guard bytes.count >= wanted.count else { return nil }
    return (bytes.startIndex...(bytes.endIndex - wanted.count)).first {
      bytes[$0] == wanted[0] && bytes[$0..<($0 + wanted.count)].elementsEqual(wanted)
    }
  }

  /// A tag's name, without a namespace's prefix and attributes.
  private static func name(_ tag: ArraySlice<UInt8>) -> String {
    let whole = tag.prefix { ![9, 10, 13, 32].contains($0) }
    return String(decoding: whole.split(separator: UInt8(ascii: ":")).last ?? whole, as: UTF8.self)
  }

  /// Text with its references resolved.
  private static func decode(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    guard text.contains(UInt8(ascii: "&")) else { return Array(text) }
    var out: [UInt8] = []
    var rest = text
    while let byte = rest.popFirst() {
      guard byte == UInt8(ascii: "&") else {
        out.append(byte)
        continue
      }
      guard let end = rest.firstIndex(of: UInt8(ascii: ";")) else { return nil }
      guard let referred = reference(String(decoding: rest[..<end], as: UTF8.self)) else { return nil }
      out += Array(String(Character(referred)).utf8)
      rest = rest[end.advanced(by: 1)...]
    }
    return out
  }

  private static func reference(_ name: String) -> Unicode.Scalar? {
    switch name {
    case "amp": return "&"
    case "lt": return "<"
    case "gt": return ">"
    case "quot": return "\""
    case "apos": return "'"
    default: break
    }
    guard name.hasPrefix("#") else { return nil }
    let isHexadecimal = name.hasPrefix("#x") || name.hasPrefix("#X")
    return UInt32(name.dropFirst(isHexadecimal ? 2 : 1), radix: isHexadecimal ? 16 : 10).flatMap(
      Unicode.Scalar.init)
  }
}
