internal import CSQLite
internal import Codec

/// Finds texts of a UTF-16 database that have no UTF-8 form.
///
/// SQLite makes another character, silently, of a surrogate that has lost its partner. Such a text is handed out with
/// each lone surrogate in three bytes, as if UTF-8 could say it: no UTF-8 check lets that pass.
final class SQLiteWideText {
  /// One for each such text of the current row.
  private var texts: [UnsafeMutableRawBufferPointer] = []

  deinit { removeAll() }

  /// Forgets the texts of the row that was read.
  func removeAll() {
    guard !texts.isEmpty else { return }
    for text in texts { text.deallocate() }
    texts.removeAll(keepingCapacity: true)
  }

  /// The bytes to hand out for a text with a lone surrogate; nil for a sound one, which SQLite converts exactly.
  func unpaired(_ statement: OpaquePointer, _ column: Int32) -> UnsafeRawBufferPointer? {
    guard let start = sqlite3_column_text16(statement, column) else { return nil }
    let bytes = UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes16(statement, column)))
    guard Self.hasLoneSurrogate(bytes) else { return nil }
    var buffer = ByteBuffer(capacity: bytes.count * 2)
    Self.transcode(bytes, to: &buffer)
    let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: buffer.count, alignment: 1)
    copy.copyMemory(from: buffer.bytes)
    texts.append(copy)
    return UnsafeRawBufferPointer(copy)
  }

  private static func unit(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> UInt16 {
    index * 2 + 1 < bytes.count ? bytes.loadUnaligned(fromByteOffset: index * 2, as: UInt16.self) : 0
  }

  private static func pairs(_ first: UInt16, _ second: UInt16) -> Bool {
    (0xD800...0xDBFF).contains(first) && (0xDC00...0xDFFF).contains(second)
  }

  private static func hasLoneSurrogate(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index < bytes.count / 2 {
      let first = unit(bytes, index)
      if first & 0xF800 == 0xD800 {
        guard pairs(first, unit(bytes, index + 1)) else { return true }
        index += 1
      }
      index += 1
    }
    return false
  }

  private static func transcode(_ bytes: UnsafeRawBufferPointer, to buffer: inout ByteBuffer) {
    var index = 0
    while index < bytes.count / 2 {
      let first = unit(bytes, index)
      let second = unit(bytes, index + 1)
      var scalar = UInt32(first)
      if pairs(first, second) {
        scalar = 0x10000 + (scalar - 0xD800) << 10 + UInt32(second) - 0xDC00
        index += 1
      }
      index += 1
      switch scalar {
      case ..<0x80: buffer.append(UInt8(scalar))
      case ..<0x800:
        buffer.append(UInt8(0xC0 | scalar >> 6))
        buffer.append(UInt8(0x80 | scalar & 0x3F))
      case ..<0x10000:
        buffer.append(UInt8(0xE0 | scalar >> 12))
        buffer.append(UInt8(0x80 | scalar >> 6 & 0x3F))
        buffer.append(UInt8(0x80 | scalar & 0x3F))
      default:
        buffer.append(UInt8(0xF0 | scalar >> 18))
        buffer.append(UInt8(0x80 | scalar >> 12 & 0x3F))
        buffer.append(UInt8(0x80 | scalar >> 6 & 0x3F))
        buffer.append(UInt8(0x80 | scalar & 0x3F))
      }
    }
  }
}
