/// Reads a file as YAML.
package enum YAMLDocument {
  /// Larger than any mapping file; more than this is some other file.
  package static let byteLimit = 2 << 20

  /// The file's only document, or nil after its errors went to the log.
  ///
  /// - Parameter limit: how many bytes the file may have.
  package static func read(_ source: SourceText, log: DiagnosticLog, limit: Int = byteLimit) -> YAMLNode? {
    guard let documents = readAll(source, log: log, limit: limit) else { return nil }
    guard let root = documents.first, !(root.isNull && root.tag == nil) else {
      log.error("the file is empty", at: SourceLocation(file: source.file, line: 1, column: 1))
      return nil
    }
    if documents.count > 1 {
      log.error(
        "the file holds several documents", at: documents[1].location,
        help: "one file describes one entity; remove the \"---\" or make two files")
      return nil
    }
    return root
  }

  /// Every document of the file, or nil after its errors went to the log.
  static func readAll(_ source: SourceText, log: DiagnosticLog, limit: Int = byteLimit) -> [YAMLNode]? {
    log.register(source)
    guard checkEncoding(source, log, limit) else { return nil }
    do throws(YAMLSyntaxError) {
      var builder = try YAMLTreeBuilder(source, log: log)
      return try builder.documents()
    } catch {
      log.error(error.message, at: source.location(error.mark), help: error.help)
      return nil
    }
  }

  /// libyaml names no place for bytes that it can't read, so they are found here.
  private static func checkEncoding(_ source: SourceText, _ log: DiagnosticLog, _ limit: Int) -> Bool {
    let start = SourceLocation(file: source.file, line: 1, column: 1)
    let bytes = source.bytes
    guard bytes.count <= limit else {
      let what = limit == byteLimit ? "that can't be a mapping" : "make several files of it"
      log.error("the file has more than \(limit) bytes; \(what)", at: start)
      return false
    }
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) {
      log.error("the file starts with a byte order mark", at: start, help: "save it as UTF-8 without one")
      return false
    }
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) {
      log.error("the file is UTF-16", at: start, help: "save it as UTF-8")
      return false
    }
    do throws(UTF8.ValidationError) {
      _ = try UTF8Span(validating: bytes.span)
    } catch {
      log.error(
        "the bytes here aren't UTF-8", at: source.location(offset: error.byteOffsets.lowerBound),
        help: "save the file as UTF-8")
      return false
    }
    var offset = 0
    for scalar in String(decoding: bytes, as: UTF8.self).unicodeScalars {
      if !isPrintable(scalar.value) {
        let code = String(scalar.value, radix: 16, uppercase: true)
        log.error(
          "the character U+\(String(repeating: "0", count: max(0, 4 - code.count)))\(code) can't stand in YAML",
          at: source.location(offset: offset), help: "write it as an escape inside double quotes")
        return false
      }
      offset += scalar.utf8.count
    }
    return true
  }

  /// YAML's printable characters.
  private static func isPrintable(_ value: UInt32) -> Bool {
    switch value {
    case 0x09, 0x0A, 0x0D, 0x20...0x7E, 0x85, 0xA0...0xD7FF, 0xE000...0xFEFE, 0xFF00...0xFFFD,
      0x10000...0x10FFFF:
      true
    default: false
    }
  }
}
