internal import Codec
internal import FuzzSupport

/// libFuzzer's entry: the input is one BSON document, or several one behind another.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzBSON(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let documents = Documents.split(UnsafeRawBufferPointer(start: start, count: count)).map { HeapCopy($0) }
  withExtendedLifetime(documents) { tryAll(documents.map(\.bytes)) }
  return 0
}

private func tryAll(_ documents: [UnsafeRawBufferPointer]) {
  let wide = WideRecord()
  var first: Trial.Outcome?
  for document in documents {
    Documents.read(document)
    let outcome = wide.encode(document)
    if first == nil { first = outcome }
    SingleColumns.encode(document)
  }
  // What other records left behind in the encoder must not show.
  if documents.count > 1, let first {
    expect(wide.encode(documents[0]) == first, "a record encodes alike whatever came before it")
  }
}

/// Everything that reads a document as a whole.
enum Documents {
  /// Cuts the input at what claims to be a document's length; what is left is the last document.
  static func split(_ input: UnsafeRawBufferPointer) -> [Slice<UnsafeRawBufferPointer>] {
    var documents: [Slice<UnsafeRawBufferPointer>] = []
    var rest = input[...]
    while rest.count >= 5, documents.count < 3 {
      let length = Int(
        Int32(littleEndian: input.loadUnaligned(fromByteOffset: rest.startIndex, as: Int32.self)))
      guard length >= 5, length < rest.count else { break }
      documents.append(rest.prefix(length))
      rest = rest.dropFirst(length)
    }
    return documents + [rest]
  }

  static func read(_ bytes: UnsafeRawBufferPointer) {
    let isDocument = isValid(bytes, checkUTF8: false)
    if isValid(bytes, checkUTF8: true) { expect(isDocument, "a document with sound texts is a document") }
    let document = BSONDocument(copying: bytes)
    expect((document != nil) == isDocument, "a document is what passes validation")
    if let document {
      let pairs = document.pairs
      let keys = document.keys
      expect(pairs.count <= keys.count, "every pair has a key")
      if pairs.count == keys.count {
        let built = BSONDocument(pairs.map { ($0.key, $0.value) })
        expect(isValid(built), "what is built of a document's pairs is a document")
      }
      if let key = keys.last, let value = document[key] {
        var changed = document
        changed[key] = value
        expect(isValid(changed), "a document in which a value is set is a document")
        changed[key] = nil
        expect(isValid(changed), "a document from which a value is removed is a document")
      }
    }
    json(bytes)
  }

  private static func isValid(_ document: BSONDocument) -> Bool {
    document.withRaw { isValid($0, checkUTF8: false) }
  }

  private static func isValid(_ bytes: UnsafeRawBufferPointer, checkUTF8: Bool) -> Bool {
    do throws(Refusal) {
      try BSONReader.validate(bytes, checkUTF8: checkUTF8)
      return true
    } catch {
      return false
    }
  }

  private static func json(_ bytes: UnsafeRawBufferPointer) {
    var scratch = ByteBuffer()
    var out = ByteBuffer()
    do throws(Refusal) {
      try CanonicalJSON.append(RawValue(kind: .document, bytes: bytes), scratch: &scratch, to: &out)
    } catch {
      expect(scratch.count == 0 && out.count == 0, "JSON that is refused leaves nothing in any buffer")
      return
    }
    var again = ByteBuffer()
    do throws(Refusal) {
      try CanonicalJSON.append(jsonText: out.bytes, scratch: &scratch, to: &again)
    } catch {
      // Extended JSON's own objects may nest deeper than the limit that holds for the document.
      expect(error.reason == .tooDeep, "canonical JSON is JSON, not \(error.reason.code)")
      return
    }
    expect(again.bytes.elementsEqual(out.bytes), "canonical JSON is its own canonical form")
  }
}
