public import Database
internal import Guardrails

/// The data of i2i, which has always lived in Postgres: users, images, jobs and workflows.
public enum I2I {
  /// What a user may do.
  public enum UserRole: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// An ordinary user.
    case user
    /// Somebody of the house.
    case admin
  }

  /// Where an image comes from.
  public enum ImageKind: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// It was uploaded.
    case original
    /// A job made it.
    case result
  }

  /// Whether an image is there.
  public enum ImageStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// It is on its way.
    case uploading
    /// It is there, and was measured.
    case ready
    /// It never came.
    case failed
  }

  /// How far a job has come.
  public enum JobStatus: String, Sendable, DatabaseEncodable, DatabaseDecodable {
    /// It waits.
    case pending
    /// A service works on it.
    case processing
    /// Its result is there.
    case completed
    /// It has none.
    case failed
    /// Nobody wants it any more.
    case canceled
  }

  /// The entities, as `kedge guard export --lang swift` names them.
  enum Entities {
    enum Users: NativeEntity { static let entityName = "users" }
    enum Images: NativeEntity { static let entityName = "images" }
    enum ProcessingJobs: NativeEntity { static let entityName = "processing_jobs" }
    enum WorkflowConfigs: NativeEntity { static let entityName = "workflow_configs" }
  }
}

/// A core entity that has always lived in Postgres.
protocol NativeEntity: CoreEntity where Source == PostgresStore, Target == PostgresStore {}
