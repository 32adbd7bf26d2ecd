/// The collections of the sample application spirits, named as Mongoose names them.
public enum SpiritsCollection: String, Sendable, CaseIterable {
  // It stays.
  case users
  // These move, feature by feature.
  case userpoints, pointstransactions, spiritpurchases, spiritsubscriptions, spiritaccesses, minions
  case spiritmasteries

  /// The entity of `mappings/spirits` that is read from it.
  public var entity: String {
    switch self {
    case .users: "users"
    case .userpoints: "user_points"
    case .pointstransactions: "points_transactions"
    case .spiritpurchases: "user_spirit_purchases"
    case .spiritsubscriptions: "user_spirit_subscriptions"
    case .spiritaccesses: "user_spirit_access"
    case .minions: "spirit_minions"
    case .spiritmasteries: "spirit_mastery"
    }
  }

  /// Whether its records move to Postgres.
  public var isCore: Bool { self != .users }
}

/// How many sound records each collection gets.
struct SpiritsSizes: Sendable {
  private let counts: [SpiritsCollection: Int]

  /// Shares out so many documents over the collections that move.
  init(documents: Int) {
    func share(_ perThousand: Int) -> Int { max(2, documents * perThousand / 1000) }
    var counts: [SpiritsCollection: Int] = [
      .userpoints: share(80), .spiritpurchases: share(90), .spiritsubscriptions: share(50),
      .spiritaccesses: share(180), .minions: share(110), .spiritmasteries: share(130),
    ]
    // The largest takes what is left.
    counts[.pointstransactions] = documents - counts.values.reduce(0, +)
    // Whoever has points is a user, and the other way round.
    counts[.users] = counts[.userpoints]
    self.counts = counts
  }

  func count(_ collection: SpiritsCollection) -> Int { counts[collection, default: 0] }
}

/// What `seeds/spirits` says of the spirits, as far as documents need it.
enum SpiritsCatalogue {
  /// The spirits by their numbers, which begin with 1, and what each costs in cents.
  static let spirits: [(code: String, cents: Int)] = [
    ("builder", 0), ("architect", 999), ("automator", 1499), ("writer", 499), ("painter", 999),
    ("composer", 1499), ("scholar", 499), ("analyst", 999), ("oracle", 1499), ("merchant", 499),
    ("strategist", 999), ("negotiator", 1499), ("messenger", 0), ("translator", 499), ("diplomat", 999),
    ("coach", 0), ("planner", 499), ("guardian", 1499),
  ]
  static let bundles: [(code: String, cents: Int)] = [
    ("first-steps", 1199), ("studio", 2249), ("laboratory", 2249), ("trading-house", 2199),
    ("workshop", 3499), ("council", 4799), ("pantheon", 8399),
  ]
  static let plans: [(code: String, oldNames: [String], cents: Int)] = [
    ("free", ["Free plan", "free"], 0), ("basic", ["Starter", "basic "], 999),
    ("professional", ["Pro", "PRO"], 2499), ("premium", ["Ultimate", "premium"], 4999),
  ]
}
