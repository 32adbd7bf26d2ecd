/// What a person decides about an inferred mapping.
public struct InferOptions: Sendable {
  /// What becomes of embedded arrays.
  public enum Arrays: String, Sendable, CaseIterable {
    /// One jsonb column each.
    case jsonb
    /// A native array, such as `text[]`, where their elements are all scalars of one type; else jsonb.
    case native
    /// A child table each, and one inside it for arrays inside their elements, where elements are all documents, all
    /// arrays or all scalars of one type.
    case tables
  }
  public var arrays: Arrays
  /// The schema of the target tables.
  public var schema: String
  /// The set's name; the source's where nil.
  public var setName: String?

  public init(arrays: Arrays = .jsonb, schema: String = "core", setName: String? = nil) {
    self.arrays = arrays
    self.schema = schema
    self.setName = setName
  }
}
