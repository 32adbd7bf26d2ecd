internal import CYAML

/// Owns a libyaml parser and the bytes that it reads.
///
/// libyaml keeps the address of its own parser structure and of its input, so both live in memory that never moves.
final class YAMLEventParser {
  private let parser: UnsafeMutablePointer<yaml_parser_t>
  private let input: UnsafeMutableBufferPointer<UInt8>
  /// How many characters there are, to tell an error at the end of the file.
  private let scalarCount: Int

  /// - Throws: `YAMLSyntaxError` when there is no memory for a parser.
  init(_ bytes: [UInt8]) throws(YAMLSyntaxError) {
    parser = .allocate(capacity: 1)
    // libyaml loses the last line of a block text when it has no break.
    let isClosed = bytes.last == 0x0A || bytes.last == 0x0D
    let length = bytes.count + (isClosed ? 0 : 1)
    input = .allocate(capacity: length)
    input.initialize(repeating: 0x0A)
    _ = input.update(fromContentsOf: bytes)
    scalarCount = bytes.count { $0 & 0xC0 != 0x80 }
    guard yaml_parser_initialize(parser) == 1 else {
      // All properties are set, so `deinit` runs; deleting a zeroed parser does nothing.
      parser.initialize(to: yaml_parser_t())
      throw YAMLSyntaxError(
        "there is no memory to read the file", at: YAMLMark(index: 0, line: 0, column: 0))
    }
    yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
    yaml_parser_set_input_string(parser, input.baseAddress, length)
  }

  deinit {
    yaml_parser_delete(parser)
    parser.deallocate()
    input.deallocate()
  }

  /// The next event. After `streamEnd` there is none.
  func next() throws(YAMLSyntaxError) -> YAMLEvent {
    var event = yaml_event_t()
    guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
    defer { yaml_event_delete(&event) }
    let start = YAMLMark(event.start_mark)
    let end = YAMLMark(event.end_mark)
    func made(_ kind: YAMLEvent.Kind, anchor: UnsafePointer<UInt8>? = nil, tag: UnsafePointer<UInt8>? = nil)
      -> YAMLEvent
    {
      YAMLEvent(
        kind: kind, anchor: anchor.map { String(cString: $0) }, tag: tag.map { String(cString: $0) },
        start: start, end: end)
    }
    switch event.type {
    case YAML_STREAM_START_EVENT: return made(.streamStart)
    case YAML_DOCUMENT_START_EVENT:
      let document = event.data.document_start
      let hasTags = document.tag_directives.start != document.tag_directives.end
      return made(.documentStart(hasDirectives: document.version_directive != nil || hasTags))
    case YAML_DOCUMENT_END_EVENT: return made(.documentEnd)
    case YAML_ALIAS_EVENT: return made(.alias(String(cString: event.data.alias.anchor)))
    case YAML_SCALAR_EVENT:
      let scalar = event.data.scalar
      let bytes = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
      let kind = YAMLEvent.Kind.scalar(
        String(decoding: bytes, as: UTF8.self), YAMLNode.Style(scalar.style))
      return made(kind, anchor: scalar.anchor, tag: scalar.tag)
    case YAML_SEQUENCE_START_EVENT:
      let sequence = event.data.sequence_start
      let isFlow = sequence.style == YAML_FLOW_SEQUENCE_STYLE
      return made(.sequenceStart(isFlow: isFlow), anchor: sequence.anchor, tag: sequence.tag)
    case YAML_SEQUENCE_END_EVENT: return made(.sequenceEnd)
    case YAML_MAPPING_START_EVENT:
      let mapping = event.data.mapping_start
      let isFlow = mapping.style == YAML_FLOW_MAPPING_STYLE
      return made(.mappingStart(isFlow: isFlow), anchor: mapping.anchor, tag: mapping.tag)
    case YAML_MAPPING_END_EVENT: return made(.mappingEnd)
    default: return made(.streamEnd)
    }
  }

  private func failure() -> YAMLSyntaxError {
    let problem = parser.pointee.problem.map { String(cString: $0) } ?? "it can't be read"
    let context = parser.pointee.context.map { String(cString: $0) }
    let mark = YAMLMark(parser.pointee.problem_mark)
    return YAMLProblem(
      problem: problem, mark: mark, isAtEnd: mark.index >= scalarCount, context: context,
      contextMark: YAMLMark(parser.pointee.context_mark)
    ).explained
  }
}

extension YAMLMark {
  init(_ mark: yaml_mark_t) {
    self.init(index: Int(mark.index), line: Int(mark.line), column: Int(mark.column))
  }
}

extension YAMLNode.Style {
  init(_ style: yaml_scalar_style_t) {
    switch style {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: self = .singleQuoted
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: self = .doubleQuoted
    case YAML_LITERAL_SCALAR_STYLE: self = .literal
    case YAML_FOLDED_SCALAR_STYLE: self = .folded
    default: self = .plain
    }
  }
}
