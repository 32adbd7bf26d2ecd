public import Database
internal import Guardrails

/// The core of motiv8, in Postgres or still in SQLite: the same repositories over both, with the old schema's names and types behind them.
///
/// The names of the repositories are the writers that `mappings/motiv8` declares.
public enum Motiv8 {
  /// What a user has bought.
  public enum UserPlan: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// Nothing.
    case free
    /// More.
    case pro
    /// A person to talk to.
    case coach
  }

  /// Where files lie.
  public enum FileStore: String, Sendable, CaseIterable, DatabaseEncodable, DatabaseDecodable {
    /// What users brought.
    case uploads
    /// Vectors.
    case embeddings
    /// What models made.
    case generated
  }

  /// Whether a file is there.
  public enum FileStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// It is.
    case ready
    /// Not yet.
    case processing
    /// It never came.
    case failed
  }

  /// What a model made.
  public enum ItemKind: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// A picture.
    case image
    /// A voice.
    case audio
    /// Words.
    case quote
  }

  /// How far something generated has come.
  public enum ItemStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// It waits.
    case queued
    /// It is there.
    case completed
    /// Nothing came of it.
    case failed
  }

  /// The entities, as `kedge guard export --lang swift` names them.
  enum Entities {
    enum Users: FileEntity { static let entityName = "users" }
    enum MediaFiles: FileEntity { static let entityName = "media_files" }
    enum Goals: FileEntity { static let entityName = "goals" }
    enum GeneratedItems: FileEntity { static let entityName = "generated_items" }
    enum Embeddings: FileEntity { static let entityName = "embeddings" }
    enum Sessions: FileEntity { static let entityName = "sessions" }
    enum Settings: FileEntity { static let entityName = "settings" }
    enum Programs: NativeEntity { static let entityName = "programs" }
  }
}
