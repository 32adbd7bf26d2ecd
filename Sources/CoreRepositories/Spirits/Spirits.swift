public import Database
internal import Guardrails

/// The core of spirits in Postgres: what is on offer, and what users have, earned and bought.
///
/// The names of the repositories are the writers that `mappings/spirits` declares.
public enum Spirits {
  /// What a spirit is good at.
  public enum SpiritCategory: String, Sendable, CaseIterable, DatabaseEncodable, DatabaseDecodable {
    /// Programs and systems.
    case engineering
    /// Texts, pictures, music.
    case creative
    /// Finding things out.
    case research
    /// Trade.
    case business
    /// Talking with people.
    case communication
    /// Everyday life.
    case life
  }

  /// What it takes to have something.
  public enum SpiritTier: String, Sendable, CaseIterable, DatabaseEncodable, DatabaseDecodable {
    /// Nothing.
    case free
    /// Little.
    case basic
    /// More.
    case professional
    /// Most.
    case premium
  }

  /// Why points change.
  public enum PointsKind: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// They were worked for.
    case earn
    /// They were a gift.
    case bonus
    /// They were spent.
    case spend
    /// They were given back.
    case refund
  }

  /// Whether a purchase is paid.
  public enum PurchaseStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// Not yet.
    case pending
    /// It is.
    case paid
    /// It was, and was paid back.
    case refunded
  }

  /// Whether a subscription holds.
  public enum SubscriptionStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// It is paid.
    case active
    /// It costs nothing yet.
    case trialing
    /// A payment is missing.
    case pastDue = "past_due"
    /// It is over.
    case canceled
  }

  /// Why a spirit is open to a user.
  public enum AccessSource: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// They bought it.
    case purchase
    /// They bought a bundle that holds it.
    case bundle
    /// Their subscription opens it.
    case subscription
    /// They spent points for it.
    case points
    /// Somebody gave it to them.
    case gift
    /// It is open to all.
    case free
  }

  /// What a minion is good at.
  public enum MinionClass: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// A little of everything.
    case generalist
    /// Making things.
    case builder
    /// Making beautiful things.
    case artist
    /// Knowing things.
    case scholar
    /// Buying and selling.
    case trader
    /// Being there.
    case companion
  }

  /// The entities, as `kedge guard export --lang swift` names them.
  enum Entities {
    enum SpiritsRegistry: NativeEntity { static let entityName = "spirits_registry" }
    enum SpiritBundles: NativeEntity { static let entityName = "spirit_bundles" }
    enum SubscriptionPlans: NativeEntity { static let entityName = "subscription_plans" }
    enum ToolsRegistry: NativeEntity { static let entityName = "tools_registry" }
    enum UserPoints: SpiritsEntity { static let entityName = "user_points" }
    enum PointsTransactions: SpiritsEntity { static let entityName = "points_transactions" }
    enum UserSpiritPurchases: SpiritsEntity { static let entityName = "user_spirit_purchases" }
    enum UserSpiritSubscriptions: SpiritsEntity { static let entityName = "user_spirit_subscriptions" }
    enum UserSpiritAccess: SpiritsEntity { static let entityName = "user_spirit_access" }
    enum SpiritMinions: SpiritsEntity { static let entityName = "spirit_minions" }
    enum SpiritMastery: SpiritsEntity { static let entityName = "spirit_mastery" }
  }
}

/// A core entity of spirits: from MongoDB to Postgres.
protocol SpiritsEntity: CoreEntity where Source == MongoStore, Target == PostgresStore {}
