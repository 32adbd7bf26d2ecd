internal import Codec
internal import RecordSources

/// A cursor over a few records that remembers which ones it found, and which were taken.
final class TracingCursor: RecordCursor {
  private let base: any RecordCursor
  private(set) var found: [[UInt8]] = []
  /// Of `found`, the places of those whose locator was asked for: a record that a filter leaves out isn't.
  private(set) var taken: Set<Int> = []
  private var locator = ByteBuffer(capacity: 256)

  init(_ base: any RecordCursor) { self.base = base }

  func next() throws -> Bool {
    guard try base.next() else { return false }
    locator.removeAll()
    base.appendLocator(to: &locator)
    found.append(Array(locator.bytes))
    return true
  }

  func close() { base.close() }
  func fill() throws(Refusal) { try base.fill() }
  func appendRecord(to out: inout ByteBuffer) { base.appendRecord(to: &out) }

  func appendLocator(to out: inout ByteBuffer) {
    taken.insert(found.count - 1)
    out.append(locator.bytes)
  }
}
