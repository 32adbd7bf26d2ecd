public import Codec
public import Mapping

/// What one field holds, over all records: a document's field, an array's elements, or a table's column.
public struct FieldScan: Sendable, Equatable {
  /// The field's own name, `[]` for the elements of an array.
  public var name: String
  public var path: ValuePath
  /// False if the name's bytes aren't UTF-8, so that no mapping can write it.
  public var hasValidName: Bool
  /// How many times each kind of value was met. A missing value isn't among them.
  public var kinds: [ValueKind: Int]
  /// Parents (records, sub-documents) in which the field isn't there.
  public var missing: Int
  public var booleans: BooleanCounts
  public var integers: IntegerCounts
  public var doubles: DoubleCounts
  public var decimals: DecimalCounts
  public var texts: TextCounts
  public var binaries: BinaryCounts
  public var dates: DateCounts
  public var documents: DocumentCounts
  public var arrays: ArrayCounts
  /// The fields of the sub-documents, in the order in which they were met.
  public var fields: [FieldScan]
  /// What the arrays hold, as one field named `[]`; empty if all arrays were.
  public var elements: [FieldScan]

  /// All values, null among them.
  public var present: Int { kinds.values.reduce(0, +) }
  public var nulls: Int { kinds[.null] ?? 0 }
  /// The kinds that were met, null left out.
  public var valueKinds: Set<ValueKind> { Set(kinds.keys).subtracting([.null]) }
  /// The field inside the sub-documents that has this name.
  public func field(_ name: String) -> FieldScan? {
    fields.first { $0.name.utf8.elementsEqual(name.utf8) }
  }
  /// What the arrays hold; nil if no array was met, or all were empty.
  public var element: FieldScan? { elements.first }
  /// This field and all below it.
  public var all: [FieldScan] { [self] + fields.flatMap(\.all) + elements.flatMap(\.all) }
}

/// How many booleans are true.
public struct BooleanCounts: Sendable, Equatable {
  public var trues = 0
}

/// Integers of 32 and 64 bits.
public struct IntegerCounts: Sendable, Equatable {
  public var least: Int64 = .max
  public var greatest: Int64 = .min
  /// Those beyond ±2^53, which a double can't count through.
  public var beyondDouble = 0
  /// Those other than 0 and 1.
  public var notBoolean = 0
}

/// Doubles.
public struct DoubleCounts: Sendable, Equatable {
  /// The least and greatest finite value.
  public var least = Double.infinity
  public var greatest = -Double.infinity
  /// Finite values without a fraction.
  public var whole = 0
  /// Finite values with one.
  public var fractional = 0
  public var notANumber = 0
  public var infinite = 0
  public var negativeZero = 0
}

/// Decimal128 values.
public struct DecimalCounts: Sendable, Equatable {
  public var notANumber = 0
  public var infinite = 0
  public var negativeZero = 0
}

/// Texts, with the forms that every text but the empty ones had.
public struct TextCounts: Sendable, Equatable {
  public var empty = 0
  /// In bytes of UTF-8, and in Unicode scalars.
  public var longestBytes = 0
  public var longestScalars = 0
  public var withNUL = 0
  public var invalidUTF8 = 0
  /// How many different texts there are, empty ones left out; counted no further than ``mostDistinct``.
  public var distinct = 0
  public static let mostDistinct = 9
  /// Forms that all of them share; meaningless while all are empty.
  public var forms = TextForms.all
}

/// Binary values.
public struct BinaryCounts: Sendable, Equatable {
  public var empty = 0
  public var shortest = Int.max
  public var longest = 0
  /// How many there are of each subtype; SQLite's blobs are of subtype 0.
  public var subtypes: [UInt8: Int] = [:]
}

/// Dates, in milliseconds since 1970 UTC.
public struct DateCounts: Sendable, Equatable {
  public var least: Int64 = .max
  public var greatest: Int64 = .min
}

/// Sub-documents.
public struct DocumentCounts: Sendable, Equatable {
  public var empty = 0
  /// The most fields that one has.
  public var mostFields = 0
  /// Those in which one name stands twice.
  public var repeatedFields = 0
  /// Values of fields that were not told apart, because there were too many different paths.
  public var uncounted = 0
}

/// Arrays.
public struct ArrayCounts: Sendable, Equatable {
  public var empty = 0
  public var longest = 0
  /// The elements of all arrays together.
  public var elements = 0
}
