import Testing

@testable import Codec

@Suite("BSON, broken")
struct BSONFaultTests {
  /// Walks everything in a heap block of exactly the document's size, so that the address sanitizer sees any byte too far.
  private func walk(_ bytes: [UInt8]) -> Bool {
    let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
    defer { block.deallocate() }
    block.copyBytes(from: bytes)
    do throws(Refusal) {
      try BSONReader.validate(UnsafeRawBufferPointer(block), checkUTF8: true)
    } catch {
      return false
    }
    guard let document = BSONDocument(copying: UnsafeRawBufferPointer(block)) else { return false }
    return BSONDocument(document.pairs.map { ($0.key, $0.value) }) == document
  }

  @Test("cut off at any byte, a document is refused")
  func truncated() {
    let bytes = BSONDocumentTests.sample.bytes
    for count in 0..<bytes.count {
      #expect(!walk(Array(bytes[..<count])))
      // The same with a length prefix that fits what is left.
      guard count >= 5 else { continue }
      var patched = Array(bytes[..<count])
      patched.withUnsafeMutableBytes { $0.storeBytes(of: Int32(count).littleEndian, as: Int32.self) }
      _ = walk(patched)
    }
  }

  @Test("with any byte changed to any value, a document is read whole or refused")
  func flipped() {
    let bytes = BSONDocumentTests.sample.bytes
    for index in bytes.indices {
      for value in [0, 1, 2, 4, 5, 0x0F, 0x7F, 0x80, 0xFF, bytes[index] ^ 1, bytes[index] &+ 1] as [UInt8] {
        var changed = bytes
        changed[index] = value
        let accepted = walk(changed)
        if index < 4 && value != bytes[index] { #expect(!accepted) }
      }
    }
  }

  @Test("nesting without end is refused and doesn't exhaust the stack")
  func deep() {
    var document: BSONDocument = [:]
    for _ in 1..<BSONReader.deepestNesting { document = ["": .document(document)] }
    #expect(walk(document.bytes))
    var bytes = document.bytes
    for _ in 0..<2_000 {
      let length = Int32(bytes.count + 7)
      bytes = withUnsafeBytes(of: length.littleEndian, Array.init) + [3, 0] + bytes + [0]
    }
    #expect(throws: Refusal(.tooDeep, found: .document)) { try BSONDocument(bytes: bytes) }
  }
}
