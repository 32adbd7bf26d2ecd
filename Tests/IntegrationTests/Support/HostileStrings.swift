import Foundation

/// Strings that tools stumble over: made up for this, and those of the published suites.
enum HostileStrings {
  /// Where the published suites lie.
  static var folder: URL? {
    ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].map { URL(filePath: $0).appending(path: "suites") }
  }

  /// Made up for this.
  static let own: [[UInt8]] = sound.map { Array($0.utf8) } + broken

  private static let sound = [
    "", " ", "\t", "\n", "\r\n", "\\", "\\\\", "\\.", "\\N", "\\x41", "\\u0000", "'", "''", "\"", "`", "$$",
    "$1",
    "NULL", "null", "∅", "{}", "{NULL}", "[]", "{\"$oid\": \"x\"}", "-0", "0", "1e400", "NaN", "Infinity",
    "true", "'; --",
    "%s%n", "a,b;c|d", "\u{1}\u{2}\u{1F}\u{7F}", "\u{80}\u{9F}\u{A0}",
    "\u{AD}\u{200B}\u{200D}\u{2028}\u{2029}",
    "\u{FEFF}", "\u{FFFD}", "\u{FFFE}\u{FFFF}", "\u{D7FF}\u{E000}", "\u{10000}", "\u{10FFFF}", "é",
    "e\u{301}", "Å", "\u{212B}",
    "İi̇ıI", "ß ẞ ﬁ", "שלום", "\u{202E}abc\u{202C}", "👩‍👩‍👧‍👦", "🇩🇪🇩", "ﷺ", "Z\u{330}\u{30D}\u{325}a\u{34F}",
    String(repeating: "x", count: 2000), String(repeating: "𝕏", count: 500), "\u{0}", "a\u{0}", "\u{0}a",
  ]

  /// What isn't UTF-8: cut short, overlong, halves of surrogate pairs, beyond the last character.
  private static let broken: [[UInt8]] = [
    [0x80], [0xBF, 0x41], [0xC3], [0x61, 0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x98], [0xC3, 0x28], [0xC0, 0x80],
    [0xC1, 0xBF], [0xE0, 0x80, 0x80], [0xE0, 0x9F, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xED, 0xA0, 0x80],
    [0xED, 0xA0, 0xBD, 0xED, 0xB8, 0x80], [0xED, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
    [0xF5, 0x80, 0x80, 0x80],
    [0xF8, 0x88, 0x80, 0x80, 0x80], [0xFE], [0xFF, 0xFF], [0x61, 0xFF, 0x00],
  ]

  /// Of every file of the suites: the whole, each line, each text at any depth of what is JSON, and the bytes that
  /// hexadecimal texts stand for.
  static func ofSuites() throws -> [[UInt8]] {
    guard let folder else { return [] }
    var strings: Set<[UInt8]> = []
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder.path)
    for name in names {
      let url = folder.appending(path: name)
      guard try url.resourceValues(forKeys: [.isRegularFileKey]).isRegularFile == true else { continue }
      let data = try Data(contentsOf: url)
      let lines = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
        Array($0)
      }
      strings.formUnion(lines)
      strings.insert(Array(data))
      if name.hasSuffix(".json"), let json = try? JSONSerialization.jsonObject(with: data) {
        collect(json, into: &strings)
      }
    }
    return strings.sorted { $0.lexicographicallyPrecedes($1) }
  }

  private static func collect(_ json: Any, into strings: inout Set<[UInt8]>) {
    switch json {
    case let list as [Any]: for element in list { collect(element, into: &strings) }
    case let object as [String: Any]:
      for (key, value) in object {
        strings.insert(Array(key.utf8))
        collect(value, into: &strings)
      }
    case let text as String:
      strings.insert(Array(text.utf8))
      let digits = Array(text.utf8)
      if digits.count % 2 == 0, text.allSatisfy(\.isHexDigit) {
        strings.insert(
          stride(from: 0, to: digits.count, by: 2).compactMap {
            UInt8(String(decoding: digits[$0..<$0 + 2], as: UTF8.self), radix: 16)
          })
      }
    default: return
    }
  }
}
