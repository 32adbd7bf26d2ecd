internal import Codec
internal import Mapping

/// How the key's columns compare as COPY BINARY fields, where source and target provably sort alike.
struct KeyOrder {
  enum Comparison {
    /// Big-endian two's complement.
    case signed
    /// As `memcmp`, a prefix first.
    case bytes
  }
  let columns: [(index: Int, comparison: Comparison)]
  /// What follows the column's name in ORDER BY.
  private let suffixes: [String]

  /// Nil where a key column's type sorts in another way than its source may: the audit then joins in the server.
  init?(_ plan: EntityPlan) {
    var columns: [(Int, Comparison)] = []
    var suffixes: [String] = []
    for index in plan.key {
      let column = plan.columns[index]
      switch column.type.base {
      case .smallint, .integer, .bigint, .date, .time, .timestamp, .timestamptz:
        columns.append((index, .signed))
        suffixes.append("")
      case .text, .varchar:
        columns.append((index, .bytes))
        suffixes.append(" COLLATE \"C\"")
      case .bytea, .uuid, .boolean:
        columns.append((index, .bytes))
        suffixes.append("")
      default: return nil
      }
    }
    guard !columns.isEmpty else { return nil }
    self.columns = columns
    self.suffixes = suffixes
  }

  /// The ORDER BY terms for a table in which the key's columns have these names.
  func orderBy(_ names: [String]) -> String {
    zip(names, suffixes).map { quotedIdentifier($0) + $1 }.joined(separator: ", ")
  }

  /// Compares the keys of two rows: negative when the left one comes first. A field is its length and its bytes.
  func compare(_ left: [UnsafeRawBufferPointer], _ right: [UnsafeRawBufferPointer]) -> Int {
    for position in columns.indices {
      let (a, b) = (left[position], right[position])
      switch columns[position].comparison {
      case .signed:
        let (first, second) = (Self.integer(a), Self.integer(b))
        if first != second { return first < second ? -1 : 1 }
      case .bytes:
        let order = Self.compareBytes(a, b)
        if order != 0 { return order }
      }
    }
    return 0
  }

  private static func integer(_ field: UnsafeRawBufferPointer) -> Int64 {
    var value: Int64 = field.first.map { $0 & 0x80 != 0 ? -1 : 0 } ?? 0
    for byte in field { value = value << 8 | Int64(byte) }
    return value
  }

  private static func compareBytes(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Int {
    let shared = min(a.count, b.count)
    var index = 0
    while index < shared {
      if a[index] != b[index] { return a[index] < b[index] ? -1 : 1 }
      index += 1
    }
    return a.count == b.count ? 0 : a.count < b.count ? -1 : 1
  }
}
