/// An entity, found once by its name so that checks needn't look for it.
///
/// It belongs to the plan that it comes from and to all later plans of the same mapping; another plan refuses it as an unknown
/// entity.
public struct EntityHandle: Sendable, Hashable {
  let index: UInt32
  let shape: UInt32

  /// What stands for an entity that isn't declared: every write is refused.
  public static let unknown = EntityHandle(index: NameTable.missing, shape: 0)
}

/// A store, found once by its name. See ``EntityHandle``.
public struct StoreHandle: Sendable, Hashable {
  let index: UInt32
  let shape: UInt32

  /// What stands for a store that isn't declared: every write is refused.
  public static let unknown = StoreHandle(index: NameTable.missing, shape: 0)
}

/// A writer, found once by its name. See ``EntityHandle``.
public struct WriterHandle: Sendable, Hashable {
  let index: UInt32
  let shape: UInt32

  /// The numbers below belong to no plan.
  static let firstOfPlan: UInt32 = 4

  /// A writer that doesn't say who it is.
  public static let unnamed = WriterHandle(index: 0, shape: 0)
  /// A writer whose name the mapping doesn't have.
  public static let undeclared = WriterHandle(index: 1, shape: 0)
  /// ``KedgeWriter/mover``.
  public static let mover = WriterHandle(index: 2, shape: 0)
  /// ``KedgeWriter/maintainer``.
  public static let maintainer = WriterHandle(index: 3, shape: 0)
}
