/// The check before a write: does this store own the entity in its phase, may this writer write it, and is its fence of today?
///
/// For example:
/// ```swift
/// let guardrails = Guardrails(GuardPlan(set, live: phases))
/// try guardrails.authorize(.insert, "users", in: "postgres", as: "UserRepository")
/// ```
///
/// A value that never changes: a new phase makes a new one (``with(_:)``), and a `LiveGuardrails` keeps the newest. A check
/// costs some nanoseconds by handles, some tens by names, and allocates nothing unless it refuses or sees a wrong write for
/// the first time.
public struct Guardrails: Sendable {
  let compiled: CompiledPlan
  /// Counts what mode `observe` lets pass.
  public let observations: GuardObservations

  /// Compiles a plan.
  ///
  /// - Parameter observations: counts what mode `observe` lets pass; several guardrails may share it.
  public init(_ plan: GuardPlan, observations: GuardObservations = GuardObservations()) {
    compiled = CompiledPlan(plan)
    self.observations = observations
  }

  /// The same guardrails by another plan, such as one with newer phases. Handles stay good if the mapping is the same.
  public func with(_ plan: GuardPlan) -> Guardrails { Guardrails(plan, observations: observations) }

  /// What decisions are made from.
  public var plan: GuardPlan { compiled.plan }
  /// The newest fence there is: what a writer carries that has seen these phases.
  public var epoch: Int { compiled.plan.epoch }

  /// The entity of this name, for checks that don't look for it.
  public func entity(_ name: String) -> EntityHandle? {
    let number = compiled.entity(named: name)
    return number == NameTable.missing ? nil : EntityHandle(index: number, shape: compiled.shape)
  }

  /// The store of this name, or the only one of this kind.
  public func store(_ name: String) -> StoreHandle? {
    let number = compiled.store(named: name)
    return number == NameTable.missing ? nil : StoreHandle(index: number, shape: compiled.shape)
  }

  /// The writer of this name; ``WriterHandle/undeclared`` for one that the mapping doesn't have, and
  /// ``WriterHandle/unnamed`` for none.
  public func writer(_ name: String?) -> WriterHandle {
    WriterHandle(index: compiled.writer(named: name), shape: compiled.shape)
  }
}

/// What has guardrails: the value itself, or what keeps the newest one.
public protocol GuardrailsProvider: Sendable {
  /// The guardrails as they are now. Cheap; ask again for each write.
  var current: Guardrails { get }
}

extension Guardrails: GuardrailsProvider {
  /// Itself.
  public var current: Guardrails { self }
}
