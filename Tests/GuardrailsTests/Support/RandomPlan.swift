import Guardrails
import Mapping

/// A generator whose numbers follow from its seed: SplitMix64.
struct Dice {
  private var state: UInt64

  init(seed: Int) { state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 }

  mutating func below(_ bound: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
  }

  mutating func pick<Element>(_ choices: [Element]) -> Element { choices[below(choices.count)] }

  mutating func some<Element>(of choices: [Element], atMost count: Int) -> [Element] {
    (0..<below(count + 1)).map { _ in pick(choices) }
  }
}

/// Plans with all there can be in one, names that look alike, and more writers than fit into one word of bits.
enum RandomPlan {
  static let entities = [
    "users", "user", "kedge", "Kasse", "\u{212A}asse", "e\u{301}tage", "étage",
    "a name of more than sixteen bytes", "",
    "orders", "flows",
  ]
  static let stores = ["app", "mongo", "postgres", "sqlite", "archive", "app2"]
  static let writers =
    [
      "UserRepository", "Kasse", "\u{212A}asse", "kedge", "kedge-admin", "shop_app", "", "étage",
      "e\u{301}tage",
    ]
    + (0..<150).map { "Writer\($0)" }
  static let roles = ["shop_app", "reporting", "Writer7", "\u{212A}asse"]

  static func make(_ dice: inout Dice) -> GuardPlan {
    var names = stores.filter { _ in dice.below(3) > 0 }
    if names.isEmpty { names = ["app"] }
    let stores = names.map { GuardPlan.Store(name: $0, kind: dice.pick(Store.Kind.allCases)) }
    let epoch = dice.below(6)
    let known = dice.pick([Array(writers.prefix(9)), writers])
    let entities = entities.filter { _ in dice.below(4) > 0 }.map { name in
      let isCore = dice.below(3) > 0
      return GuardPlan.Entity(
        name: name, owner: isCore ? .core : .feature,
        phase: isCore ? dice.pick(["legacy", "shadow", "core", "retired", "retired", "frozen", nil]) : nil,
        mode: dice.pick(GuardMode.allCases), requiresFence: dice.below(3) == 0,
        writers: dice.some(of: known, atMost: dice.pick([0, 3, 80])), source: dice.below(stores.count),
        target: isCore ? dice.below(stores.count) : nil, epoch: dice.below(epoch + 1),
        location: SourceLocation(file: "\(name).yaml", line: 1, column: 1), collection: name)
    }
    return GuardPlan(
      set: "shop", epoch: epoch, stores: stores, entities: entities,
      roles: dice.some(of: roles, atMost: 4).map {
        GuardRole(name: $0, writers: dice.some(of: known, atMost: 3))
      })
  }
}

extension GuardPlan {
  /// What the compiled form must agree with, for a request of which every part may be unknown.
  static func request(_ dice: inout Dice) -> WriteRequest {
    WriteRequest(
      entity: dice.pick(RandomPlan.entities + ["nobody"]), store: dice.pick(RandomPlan.stores + ["redis"]),
      operation: dice.pick(WriteOperation.allCases.map(\.rawValue) + ["paint", "Insert"]),
      writer: dice.below(8) == 0 ? nil : dice.pick(RandomPlan.writers + ["Stranger", "reporting"]),
      fence: dice.below(3) == 0 ? nil : dice.below(8) - 1)
  }
}
