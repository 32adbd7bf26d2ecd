/// Why a value can't land as the mapping asks. Trivial, so that throwing one in the hot loop costs nothing.
public struct Refusal: Error, Sendable, Equatable {
  public enum Reason: UInt8, Sendable, CaseIterable {
    case missing
    case null
    case empty
    case wrongType
    case outOfRange
    case notExact
    case invalidUTF8
    case containsNUL
    case tooLong
    case notInEnum
    case invalidText
    case invalidJSON
    case invalidDocument
    case duplicateField
    case keyIsNull
    case tooDeep
    /// The record has a field that nothing maps, and the mapping rejects such records.
    case unmappedField
    /// The key is of another kind than every other record's was when the run began, and could claim one of their rows.
    case keyKind
  }
  public var reason: Reason
  /// What kind of value was found.
  public var found: ValueKind

  @inlinable public init(_ reason: Reason, found: ValueKind) {
    self.reason = reason
    self.found = found
  }
}

extension Refusal.Reason {
  /// The stable code that the quarantine table stores.
  public var code: String {
    switch self {
    case .missing: "missing"
    case .null: "null"
    case .empty: "empty"
    case .wrongType: "wrong_type"
    case .outOfRange: "out_of_range"
    case .notExact: "not_exact"
    case .invalidUTF8: "invalid_utf8"
    case .containsNUL: "contains_nul"
    case .tooLong: "too_long"
    case .notInEnum: "not_in_enum"
    case .invalidText: "invalid_text"
    case .invalidJSON: "invalid_json"
    case .invalidDocument: "invalid_document"
    case .duplicateField: "duplicate_field"
    case .keyIsNull: "key_is_null"
    case .tooDeep: "too_deep"
    case .unmappedField: "unmapped_field"
    case .keyKind: "key_kind"
    }
  }
}
