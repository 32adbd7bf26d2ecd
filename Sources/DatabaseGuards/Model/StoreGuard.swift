/// The rules inside one store: what is wanted by a plan, what is there, and how one becomes the other.
///
/// All of it is derived from the plan that ``wanted`` was made of, phases included: a store of which nothing is wanted any more
/// (because an entity has moved back) loses its rules by ``install(_:)``, too.
public protocol StoreGuard {
  /// The store's name in the mapping set.
  var store: String { get }

  /// What ``install(_:)`` would do now, in its order; nothing where all is in place. Reads alone.
  ///
  /// - Parameter entities: those whose rules are looked at; nil for all.
  func steps(_ entities: Set<String>?) throws -> [GuardStep]

  /// Makes the store's rules what the plan wants, and writes down what was there before. Safe to repeat, also after it was
  /// interrupted at any instant.
  ///
  /// - Returns: what was done.
  func install(_ entities: Set<String>?) throws -> [GuardStep]

  /// What ``uninstall()`` would do now. Reads alone.
  func removals() throws -> [GuardStep]

  /// Takes all rules away, and leaves the store as it was before they were installed.
  func uninstall() throws -> [GuardStep]

  /// What was installed and is gone or was altered, and what should have been installed since. Reads alone.
  func findings() throws -> [GuardFinding]

  /// What this store can't enforce as it is set up now, as sentences: a server without access control, for example.
  func limits() throws -> [String]
}

/// One change of a store's rules.
public struct GuardStep: Sendable, Equatable {
  public enum Action: String, Sendable { case create, replace, remove, restore }

  public var store: String
  /// The entity that it guards; empty for what all entities of the store share.
  public var entity: String
  /// Such as `trigger`, `function`, `grant`, `view`, `validator`, `role`.
  public var kind: String
  /// What is created or changed, as the store names it.
  public var object: String
  public var action: Action
  /// The statement or command that does it, as a person would type it. It holds no secret.
  public var statement: String

  public init(
    store: String, entity: String, kind: String, object: String, action: Action, statement: String
  ) {
    self.store = store
    self.entity = entity
    self.kind = kind
    self.object = object
    self.action = action
    self.statement = statement
  }
}

/// A rule that isn't as it must be.
public struct GuardFinding: Sendable, Equatable {
  public enum Problem: String, Sendable {
    /// It was installed, and is gone.
    case missing
    /// It was installed, and isn't what it was.
    case altered
    /// The mapping or a phase wants it, and it was never installed, although others of the store were.
    case outdated
  }

  public var store: String
  public var entity: String
  public var kind: String
  public var object: String
  public var problem: Problem
  /// A sentence that says what is wrong and what to do.
  public var message: String

  public init(
    store: String, entity: String, kind: String, object: String, problem: Problem, message: String
  ) {
    self.store = store
    self.entity = entity
    self.kind = kind
    self.object = object
    self.problem = problem
    self.message = message
  }
}
