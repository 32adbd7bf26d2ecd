public import Database
internal import Guardrails

/// The core of sendfx in Postgres: nine tables, each with its repository. Feature data stays in MongoDB.
///
/// The names of the repositories are the writers that `mappings/sendfx` declares.
public enum Sendfx {
  /// What a user may do in the whole application.
  public enum UserRole: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// An ordinary customer.
    case user
    /// Somebody of the house.
    case admin
  }

  /// What a member may do in a workspace.
  public enum MemberRole: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// Whose workspace it is.
    case owner
    /// May do all but give it away.
    case admin
    /// May change contents.
    case editor
    /// May look.
    case viewer
  }

  /// Whether a member may do anything now.
  public enum MemberStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// They may.
    case active
    /// They were asked, and haven't answered.
    case invited
    /// They may not for now.
    case suspended
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

  /// What is counted by the month.
  public enum UsageMetric: String, Sendable, CaseIterable, DatabaseEncodable, DatabaseDecodable {
    /// Messages that were sent.
    case messages
    /// Contacts that there are.
    case contacts
    /// Tokens of language models.
    case aiTokens = "ai_tokens"
    /// Bytes of files.
    case storageBytes = "storage_bytes"
    /// Automations that ran.
    case flowRuns = "flow_runs"
  }

  /// The entities, as `kedge guard export --lang swift` names them.
  enum Entities {
    enum Users: SendfxEntity { static let entityName = "users" }
    enum Workspaces: SendfxEntity { static let entityName = "workspaces" }
    enum WorkspaceMembers: SendfxEntity { static let entityName = "workspace_members" }
    enum Tiers: SendfxEntity { static let entityName = "tiers" }
    enum BillingAccounts: SendfxEntity { static let entityName = "billing_accounts" }
    enum Subscriptions: SendfxEntity { static let entityName = "subscriptions" }
    enum UsageCounters: SendfxEntity { static let entityName = "usage_counters" }
    enum OpenAIUsage: SendfxEntity { static let entityName = "openai_usage" }
    enum ModelPrices: NativeEntity { static let entityName = "model_prices" }
  }
}

/// A core entity of sendfx: from MongoDB to Postgres.
protocol SendfxEntity: CoreEntity where Source == MongoStore, Target == PostgresStore {}
