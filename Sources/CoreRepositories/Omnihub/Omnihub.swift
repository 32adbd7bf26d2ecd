public import Database
internal import Guardrails

/// The core of omnihub, in Postgres or still in SQLite: the same repositories over both, with the old schema's names and types behind them.
///
/// The names under which the repositories write are those that `mappings/omnihub` declares.
public enum Omnihub {
  /// What a user may do.
  public enum UserRole: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// An ordinary customer.
    case user
    /// Somebody of the house.
    case admin
  }

  /// What a model makes.
  public enum MediaType: String, Sendable, CaseIterable, DatabaseEncodable, DatabaseDecodable {
    /// A picture.
    case image
    /// A film.
    case video
    /// Words.
    case text
    /// Sounds.
    case audio
  }

  /// How far a generation has come.
  public enum GenerationStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// Its credits are reserved.
    case pending
    /// A provider works on it.
    case running
    /// Its result is there, and its credits are spent.
    case completed
    /// Its credits were given back.
    case failed
  }

  /// How much a line of the log matters.
  public enum LogLevel: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// For those who write the application.
    case debug
    /// What happened.
    case info
    /// What may go wrong.
    case warn
    /// What went wrong.
    case error
  }

  /// The entities, as `kedge guard export --lang swift` names them.
  enum Entities {
    enum Users: FileEntity { static let entityName = "users" }
    enum Generations: FileEntity { static let entityName = "generations" }
    enum Settings: FileEntity { static let entityName = "settings" }
    enum Logs: FileEntity { static let entityName = "logs" }
    /// The registry has always lived in Postgres.
    enum Models: CoreEntity {
      typealias Source = PostgresStore
      typealias Target = PostgresStore
      static let entityName = "models"
    }
    enum ModelProviders: CoreEntity {
      typealias Source = PostgresStore
      typealias Target = PostgresStore
      static let entityName = "model_providers"
    }
  }
}

/// A core entity that moves from a SQLite file to Postgres.
protocol FileEntity: CoreEntity where Source == SQLiteStore, Target == PostgresStore {}
