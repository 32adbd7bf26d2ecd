internal import Codec
internal import Foundation

/// What a collection holds, as numbers that don't depend on any order: for each of 256 parts, by the digest of the
/// locator, how many records there are and the sum of their digests' first 128 bits. Two collections with the same sums hold the
/// same records, byte for byte.
struct RecordSums: Equatable, Codable {
  static let parts = 256
  private(set) var counts = Array(repeating: 0, count: parts)
  private(set) var sums = Array(repeating: UInt128(0), count: parts)

  init() {}

  /// - Parameter digest: memory to work in.
  mutating func add(
    locator: UnsafeRawBufferPointer, record: UnsafeRawBufferPointer, _ digest: inout ByteBuffer
  ) {
    Self.hash(locator, to: &digest)
    let part = Int(digest.bytes[0])
    Self.hash(record, to: &digest)
    var value: UInt128 = 0
    for byte in digest.bytes.prefix(16) { value = value << 8 | UInt128(byte) }
    counts[part] += 1
    sums[part] &+= value
  }

  private static func hash(_ bytes: UnsafeRawBufferPointer, to digest: inout ByteBuffer) {
    digest.removeAll()
    var hash = SHA256()
    hash.update(bytes)
    hash.finish(to: &digest)
  }

  var records: Int { counts.reduce(0, +) }

  /// One sum of everything: 16 bytes, big-endian.
  var total: [UInt8] {
    let sum = sums.reduce(UInt128(0), &+)
    return (0..<16).map { UInt8(truncatingIfNeeded: sum >> UInt128(8 * (15 - $0))) }
  }

  /// The parts that differ.
  func changedParts(since other: RecordSums) -> [Int] {
    (0..<Self.parts).filter { counts[$0] != other.counts[$0] || sums[$0] != other.sums[$0] }
  }

  private enum CodingKeys: CodingKey { case counts, sums }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let counts = try values.decode([Int].self, forKey: .counts)
    let sums = try values.decode([String].self, forKey: .sums).compactMap { UInt128($0, radix: 16) }
    guard counts.count == Self.parts, sums.count == Self.parts else {
      throw DecodingError.dataCorruptedError(
        forKey: .sums, in: values, debugDescription: "a baseline has \(Self.parts) parts")
    }
    self.counts = counts
    self.sums = sums
  }

  func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(counts, forKey: .counts)
    try values.encode(sums.map { String($0, radix: 16) }, forKey: .sums)
  }
}
