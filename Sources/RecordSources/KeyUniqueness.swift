public import Codec
internal import Mapping

/// Whether two records of a source can claim one row of the target.
public enum KeyUniqueness: Sendable, Equatable {
  /// The source keeps the key's fields unique, and different values of them are different keys in the target.
  case always
  /// That holds as long as every record's key is of this kind. A text that spells an ObjectId could be another's key.
  case among(ValueKind)
  /// Nothing keeps them apart.
  case never
}

extension Field {
  /// Whether the field's one path alone decides on the column's value: no second path, no value that the mapping makes up.
  var isPlainValue: Bool {
    for rule in [missing, null, empty] {
      if case .value = rule { return false }
    }
    return paths.count == 1
  }

  /// Whether two values that the source tells apart are always two values of the column, or refused.
  ///
  /// Each of these types takes one kind of value as it stands (or numbers, which sources compare by their value), and
  /// none of it is folded. Not among them: `numeric`, in which the double 0.1 and the decimal 0.1 are one; `bytea`, in
  /// which a text and a binary are; `citext`; JSON; whatever a transform makes.
  var keepsValuesApart: Bool {
    guard isPlainValue, transforms.isEmpty else { return false }
    switch type.base {
    case .smallint, .integer, .bigint, .real, .doublePrecision, .boolean, .text, .varchar, .char, .uuid,
      .date,
      .timestamp, .timestamptz, .enumeration:
      return true
    default: return false
    }
  }

  /// The same for integers alone, whose canonical text is one for each.
  var keepsIntegersApart: Bool {
    guard isPlainValue, transforms.isEmpty || transforms == [.text] else { return false }
    switch type.base {
    case .smallint, .integer, .bigint, .numeric, .real, .doublePrecision, .text, .varchar, .char: return true
    default: return false
    }
  }

  /// The same for ObjectIds alone: as 24 digits, as 12 bytes, as a UUID that holds them, as Extended JSON.
  var keepsObjectIDsApart: Bool {
    guard isPlainValue, transforms.count <= 1 else { return false }
    switch transforms.first {
    case nil, .text, .ejson: return true
    case .uuid: return true
    default: return false
    }
  }
}
