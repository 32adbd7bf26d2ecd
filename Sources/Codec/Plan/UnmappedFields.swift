/// A field that records have and that nothing maps.
public struct UnmappedField: Sendable, Equatable {
  /// Its path, in which `[]` stands for every element: `addresses[].country`.
  public var path: String
  /// Records that have it.
  public var count: Int
  /// The kinds of value that it holds.
  public var kinds: [ValueKind]
  /// Where it was met first: `addresses[2].country`.
  public var example: String

  public init(path: String, count: Int, kinds: [ValueKind], example: String) {
    self.path = path
    self.count = count
    self.kinds = kinds
    self.example = example
  }
}

/// What becomes of fields that the mapping doesn't name.
public enum UnmappedPlan: Sendable, Equatable {
  case count
  case ignore
  /// Their records are refused.
  case reject
}

/// Counts the fields that nothing maps, for one encoder: a record counts once, however many elements have the field.
final class UnmappedFields {
  private struct Tally {
    var path: String
    var count = 0
    var lastRecord = -1
    /// A bit for each ``ValueKind``.
    var kinds: UInt32 = 0
    var example: String
  }
  let rule: UnmappedPlan
  private var tallies: [Tally] = []
  private var record = 0
  private var overflow: Int32 = -1
  /// The places of the elements that are being read, from the outermost array on.
  var positions: [Int32] = []
  /// The first field of the record at hand that the rule refuses: its path and its kind.
  private var rejected: (path: String, found: ValueKind)?
  /// Whether there is one.
  private(set) var isRejected = false

  init(_ rule: UnmappedPlan) { self.rule = rule }

  func beginRecord() {
    record &+= 1
    if isRejected { (rejected, isRejected) = (nil, false) }
  }

  /// Makes room for the count of a path.
  func add(_ path: String, place: Int32? = nil) -> Int32 {
    tallies.append(
      Tally(path: path, example: ExactPath.text(path, positions: positions + (place.map { [$0] } ?? []))))
    return Int32(tallies.count - 1)
  }

  /// Counts a field whose level has no room for another name.
  func noteOverflow(_ kind: ValueKind) {
    if overflow < 0 { overflow = add("(more names than are remembered)") }
    note(overflow, kind)
  }

  /// - Parameter isValue: false where the source gives a field to every record, and this one has nothing in it.
  func note(_ index: Int32, _ kind: ValueKind, isValue: Bool = true) {
    let index = Int(index)
    let record = record
    tallies.withUnsafeMutableBufferPointer {
      $0[index].kinds |= 1 << UInt32(kind.rawValue)
      if $0[index].lastRecord == record { return }
      $0[index].lastRecord = record
      $0[index].count &+= 1
    }
    if rule == .reject, isValue, !isRejected {
      (rejected, isRejected) = ((tallies[index].path, kind), true)
    }
  }

  /// Throws where the rule refuses a field of the record at hand.
  func check(_ place: inout RefusedPlace) throws(Refusal) {
    guard let rejected else { return }
    place.path = rejected.path
    throw Refusal(.unmappedField, found: rejected.found)
  }

  func reset() {
    for index in tallies.indices { (tallies[index].count, tallies[index].kinds) = (0, 0) }
  }

  var found: [UnmappedField] {
    tallies.filter { $0.count > 0 }.map { tally in
      UnmappedField(
        path: tally.path, count: tally.count,
        kinds: ValueKind.allCases.filter { tally.kinds & (1 << UInt32($0.rawValue)) != 0 },
        example: tally.example)
    }
  }
}
