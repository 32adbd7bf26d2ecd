import Testing

@testable import Codec

@Suite("BSON corpus", .enabled(if: BSONCorpus.folder != nil, "KEDGE_DATA_DIR isn't set"))
struct BSONCorpusTests {
  @Test("every valid document is rebuilt byte for byte, value by value")
  func validDocuments() throws {
    var count = 0
    for file in try BSONCorpus.files() {
      for test in file.valid ?? [] {
        let bytes = BSONCorpus.bytes(hex: test.canonicalBSON)
        let document = try BSONDocument(bytes: bytes)
        #expect(rebuilt(document).bytes == bytes, "\(file.description): \(test.description)")
        #expect(try rebuiltRaw(document) == bytes, "\(file.description): \(test.description), raw")
        try document.withRaw { try BSONReader.validate($0, checkUTF8: true) }
        count += 1
      }
    }
    #expect(count > 500)
  }

  @Test("every broken document is refused")
  func brokenDocuments() throws {
    var count = 0
    for file in try BSONCorpus.files() {
      for test in file.decodeErrors ?? [] {
        let bytes = BSONCorpus.bytes(hex: test.bson)
        #expect(throws: Refusal.self, "\(file.description): \(test.description)") {
          try bytes.withUnsafeBytes { try BSONReader.validate($0, checkUTF8: true) }
        }
        count += 1
      }
    }
    #expect(count > 70)
  }

  /// Takes a document apart into values, at every depth, and builds it from them.
  private func rebuilt(_ document: BSONDocument) -> BSONDocument {
    BSONDocument(
      document.pairs.map { key, value in
        switch value {
        case .document(let inner): (key, .document(rebuilt(inner)))
        case .array(let inner): (key, .array(rebuilt(inner)))
        case .codeWithScope(let code, let scope): (key, .codeWithScope(code, rebuilt(scope)))
        default: (key, value)
        }
      })
  }

  private func rebuiltRaw(_ document: BSONDocument) throws -> [UInt8] {
    var buffer = ByteBuffer()
    let start = BSONBuilder.begin(&buffer)
    let refusal = document.withRaw { raw -> Refusal? in
      do throws(Refusal) {
        var reader = try BSONReader(raw)
        var key = UnsafeRawBufferPointer(start: nil, count: 0)
        var value = RawValue.missing
        while try reader.next(key: &key, value: &value) {
          try BSONBuilder.append(key: key, value, to: &buffer)
        }
        return nil
      } catch {
        return error
      }
    }
    #expect(refusal == nil)
    try BSONBuilder.end(start, in: &buffer)
    return Array(buffer.bytes)
  }
}
