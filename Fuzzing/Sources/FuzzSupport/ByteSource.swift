/// Turns the fuzzer's bytes into decisions, one after another. When they are used up, every answer is zero or empty.
public struct ByteSource {
  private var rest: Slice<UnsafeRawBufferPointer>

  /// - Parameter bytes: The input; it has to outlive the source.
  public init(_ bytes: UnsafeRawBufferPointer) { rest = bytes[...] }

  /// Whether the input is used up.
  public var isAtEnd: Bool { rest.isEmpty }

  /// The next byte.
  public mutating func byte() -> UInt8 { rest.popFirst() ?? 0 }

  /// A number from 0 to `count - 1`; one byte of the input.
  public mutating func below(_ count: Int) -> Int { Int(byte()) % count }

  /// One of the choices.
  public mutating func one<Choice>(of choices: [Choice]) -> Choice { choices[below(choices.count)] }

  /// Eight bytes, the lowest first.
  public mutating func word() -> UInt64 {
    var word: UInt64 = 0
    for shift in 0..<8 { word |= UInt64(byte()) << UInt64(shift * 8) }
    return word
  }

  /// The next bytes, as many as the byte before them says.
  public mutating func run() -> [UInt8] {
    let count = min(Int(byte()), rest.count)
    defer { rest = rest.dropFirst(count) }
    return Array(rest.prefix(count))
  }

  /// Everything that is left.
  public mutating func remainder() -> [UInt8] {
    defer { rest = rest.dropFirst(rest.count) }
    return Array(rest)
  }
}
