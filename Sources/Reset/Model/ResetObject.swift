internal import Codec
public import Mapping

/// One table or collection that a reset is about.
public struct ResetObject: Sendable {
  /// Where its records are.
  public enum Place: Sendable, Equatable {
    /// A table of the target; of a child table its number among the entity's.
    case rows(TableName, child: Int?)
    /// A collection or table of another store.
    case records(collection: String)
  }
  /// The entities whose records it holds; more than one where several read one collection.
  public let entities: [Entity]
  /// The store's name in the mapping.
  public let store: String
  /// Where its records are.
  public let place: Place

  /// The table or collection, as a person writes it.
  public var name: String {
    switch place {
    case .rows(let table, _): table.display
    case .records(let collection): collection
    }
  }

  /// The first of its entities' names, which reports call it by.
  public var entity: String { entities.first?.name ?? "" }

  /// Whether all of it stays.
  public var keepsAll: Bool { entities.contains(where: \.resetKeepsAll) }

  /// Whether its records are rows of the target.
  public var isRows: Bool { if case .rows = place { true } else { false } }

  /// The number of the child table that it is.
  public var child: Int? { if case .rows(_, let child) = place { child } else { nil } }

  /// Whether it is an entity's own table or collection, and not one for a part of it.
  public var isMain: Bool { child == nil }
}
