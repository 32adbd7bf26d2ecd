/// The collections of the sample application sendfx, named as Mongoose names them.
public enum SendfxCollection: String, Sendable, CaseIterable {
  // Core: these move to Postgres.
  case tiers, users, workspaces, workspacemembers, billingaccounts, subscriptions, usagecounters, openaiusages
  // Features: these stay.
  case flows, flowdrafts, flowtemplates, automationtemplates, conversations, knowledges, globaluisettings
  case adminlogsettings

  /// Whether its records belong to the core.
  public var isCore: Bool {
    switch self {
    case .tiers, .users, .workspaces, .workspacemembers, .billingaccounts, .subscriptions, .usagecounters,
      .openaiusages:
      true
    default: false
    }
  }
}

/// How many records each collection gets.
struct SendfxSizes: Sendable {
  private let counts: [SendfxCollection: Int]

  /// Shares out so many core documents.
  init(documents: Int) {
    func share(_ perThousand: Int) -> Int { max(1, documents * perThousand / 1000) }
    var counts: [SendfxCollection: Int] = [
      .tiers: min(5, max(1, documents / 8)), .users: share(120), .workspaces: share(40),
      .workspacemembers: share(140), .billingaccounts: share(40), .subscriptions: share(40),
      .usagecounters: share(200),
    ]
    // The largest takes what is left.
    counts[.openaiusages] = documents - counts.values.reduce(0, +)
    counts.merge([
      .flows: share(10), .flowdrafts: share(6), .flowtemplates: share(6), .automationtemplates: share(2),
      .conversations: share(15), .knowledges: share(4), .globaluisettings: 1, .adminlogsettings: 1,
    ]) { $1 }
    self.counts = counts
  }

  func count(_ collection: SendfxCollection) -> Int { counts[collection, default: 0] }
}
