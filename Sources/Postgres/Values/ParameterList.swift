/// Parameters in the form that libpq takes: types, lengths, formats, and pointers into one run of bytes.
struct ParameterList {
  /// Type identifiers of the server's catalogue; 0 lets it infer.
  private(set) var types: [UInt32] = []
  private(set) var lengths: [Int32] = []
  /// 0 for text, 1 for binary.
  private(set) var formats: [Int32] = []
  /// Where each value starts in `bytes`; nil for NULL.
  private var offsets: [Int?] = []
  private var bytes: [UInt8] = []

  /// - Throws: ``PostgresError`` of code `usage` if a text holds NUL or there are more parameters than the protocol
  ///   can carry.
  init(_ parameters: [PostgresParameter]) throws {
    guard parameters.count <= 65535 else {
      throw PostgresError(
        .usage, "A statement can have 65535 parameters, and this one has \(parameters.count).")
    }
    for (index, parameter) in parameters.enumerated() {
      switch parameter {
      case .text(let text):
        guard !text.utf8.contains(0) else {
          throw PostgresError(
            .usage, "Parameter $\(index + 1) is text that holds a NUL character, which Postgres can't store.")
        }
        append(text.utf8, type: 0, format: 0)
      case .typed(let text, let type):
        guard !text.utf8.contains(0) else {
          throw PostgresError(
            .usage, "Parameter $\(index + 1) is text that holds a NUL character, which Postgres can't store.")
        }
        append(text.utf8, type: type, format: 0)
      case .integer(let value): append(String(value).utf8, type: 20, format: 0)
      case .boolean(let value): append((value ? "t" : "f").utf8, type: 16, format: 0)
      case .bytes(let value): append(value, type: 17, format: 1)
      case .null:
        types.append(0)
        lengths.append(0)
        formats.append(0)
        offsets.append(nil)
      }
    }
  }

  private mutating func append(_ value: some Collection<UInt8>, type: UInt32, format: Int32) {
    types.append(type)
    lengths.append(Int32(clamping: value.count))
    formats.append(format)
    offsets.append(bytes.count)
    bytes.append(contentsOf: value)
    // Text values end with NUL in libpq; after binary ones it does no harm.
    bytes.append(0)
  }

  /// Lends the pointers to the values, valid during `body`.
  func withValues<R>(_ body: ([UnsafePointer<CChar>?]) throws -> R) rethrows -> R {
    try bytes.withUnsafeBytes { buffer in
      let start = buffer.baseAddress?.assumingMemoryBound(to: CChar.self)
      return try body(
        offsets.map { offset in
          guard let offset else { return nil }
          return start.map { $0 + offset }
        })
    }
  }
}
