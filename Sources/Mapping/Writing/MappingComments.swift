/// Comments that go into written mapping files, above what they are about. Each text may have several lines.
public struct MappingComments: Sendable, Equatable {
  /// At the top of `set.yaml`.
  public var set: [String]
  /// At the top of an entity's file, by the entity's name.
  public var entity: [String: [String]]
  /// Above a field, by the entity's name and the column's.
  public var field: [String: [String: [String]]]

  public init(
    set: [String] = [], entity: [String: [String]] = [:], field: [String: [String: [String]]] = [:]
  ) {
    self.set = set
    self.entity = entity
    self.field = field
  }
}
