/// Where in a record a refused value stands, and what it was meant for.
public struct RefusedPlace: Sendable, Equatable {
  /// The table: 0 is the main one.
  public var table = 0
  /// The column, among those that the mapping fills from the record or the element; -1 where it is about none.
  public var column = -1
  /// Which of the column's paths the value came from.
  public var alternative = 0
  /// The path, from the record or the element around it, where no column is concerned.
  public var path: String?
  /// The kind of value that had to stand there, where a path goes through it.
  public var expected: ValueKind?
  /// The places of the array elements around the value, from the outermost on.
  public var positions: [Int32] = []
  /// The place of the refused element in the array that the column takes whole.
  public var element: Int32?

  public init() {}
}

extension ValueEncoder {
  /// What was refused, right after it was.
  mutating func place(of column: Int, slots: UnsafeMutablePointer<RawValue>) -> RefusedPlace {
    var place = RefusedPlace()
    place.column = column
    let code = columns[column]
    if arrayPlace >= 0 {
      place.element = arrayPlace
      arrayPlace = -1
    }
    guard code.slot >= 0, !slots[Int(code.slot)].isAbsent else {
      let others = (0..<code.alternativeCount).map { Int(alternatives[Int(code.alternatives + $0)]) }
      place.alternative = others.firstIndex { !slots[$0].isAbsent }.map { $0 + 1 } ?? 0
      return place
    }
    return place
  }
}

extension RawValue {
  fileprivate var isAbsent: Bool { kind == .missing || kind == .null }
}
