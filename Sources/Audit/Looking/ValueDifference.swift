internal import Codec
internal import Mapping

/// SQL that tells whether two stored values differ: in what they say, not only in how it is written down.
///
/// Bytes decide, as they tell apart what the server's `=` doesn't: -0 and 0, a text in another case under a citext, 24 hours and
/// a day. But of a few types one value has several forms, and none of them is drift: `numeric` keeps zeros behind
/// the point, so do numbers inside `jsonb`, and a double that is no number has bits left over.
struct ValueDifference {
  /// Whether the bytes differ.
  let inBytes: String
  /// Whether the values do.
  let inValue: String
  /// Whether the two can disagree.
  let hasForms: Bool

  init(_ type: TargetType, _ left: String, _ right: String) {
    inBytes = "ROW(\(left))::record *<> ROW(\(right))::record"
    switch type.base {
    case .numeric, .jsonb, .array(.numeric), .array(.jsonb):
      inValue = "(\(inBytes) AND \(left) IS DISTINCT FROM \(right))"
      hasForms = true
    case .real, .doublePrecision:
      inValue = "(\(inBytes) AND NOT coalesce(\(left) = 'NaN' AND \(right) = 'NaN', false))"
      hasForms = true
    default:
      inValue = inBytes
      hasForms = false
    }
  }
}
