@testable import Codec

/// What a function appends to a buffer, or why it refused.
func appended(_ body: (inout ByteBuffer) throws(Refusal) -> Void) -> Result<[UInt8], Refusal> {
  var buffer = ByteBuffer(capacity: 16)
  do throws(Refusal) {
    try body(&buffer)
    return .success(Array(buffer.bytes))
  } catch {
    return .failure(error)
  }
}

/// The same as text, where a refusal is `!` and its code.
func appendedText(_ body: (inout ByteBuffer) throws(Refusal) -> Void) -> String {
  switch appended(body) {
  case .success(let bytes): String(decoding: bytes, as: UTF8.self)
  case .failure(let refusal): "!" + refusal.reason.code
  }
}

/// The same as hexadecimal digits.
func appendedHex(_ body: (inout ByteBuffer) throws(Refusal) -> Void) -> String {
  switch appended(body) {
  case .success(let bytes): hex(bytes)
  case .failure(let refusal): "!" + refusal.reason.code
  }
}

func hex(_ bytes: [UInt8]) -> String {
  bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}

func bytes(hex: String) -> [UInt8] {
  var bytes: [UInt8] = []
  var digits = hex[...]
  while let byte = UInt8(digits.prefix(2), radix: 16), digits.count >= 2 {
    bytes.append(byte)
    digits = digits.dropFirst(2)
  }
  return bytes
}

extension String {
  /// Lends the UTF-8 bytes, in memory that ends where they end.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try Array(utf8).withBytes(body)
  }
}

extension [UInt8] {
  /// Lends the bytes in an allocation of just their number, so that a sanitizer sees a read beyond them.
  func withBytes<Result, Failure: Error>(
    _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: count, alignment: 1)
    defer { copy.deallocate() }
    copy.copyBytes(from: self)
    return try body(UnsafeRawBufferPointer(copy))
  }
}

/// A generator that gives the same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  init(_ seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
