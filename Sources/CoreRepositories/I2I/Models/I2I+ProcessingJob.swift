public import Database
public import Foundation

extension I2I {
  /// An image that is made from another.
  public struct ProcessingJob: Sendable, Equatable {
    /// Who asked.
    public var userID: UUID
    /// The workflow's key.
    public var workflowName: String
    /// How; an object.
    public var parameters: JSONText
    /// What the service calls it.
    public var externalJobID: String?
    /// How far it has come.
    public var status: JobStatus
    /// What it is made from.
    public var originalImageID: UUID
    /// What came of it.
    public var resultImageID: UUID?
    /// Why nothing came of it.
    public var error: String?
    /// When the service took it.
    public var startedAt: Date?
    /// When it was over.
    public var completedAt: Date?

    /// From its parts.
    public init(
      userID: UUID, workflowName: String, parameters: JSONText = JSONText("{}"), externalJobID: String? = nil,
      status: JobStatus = .pending, originalImageID: UUID, resultImageID: UUID? = nil, error: String? = nil,
      startedAt: Date? = nil, completedAt: Date? = nil
    ) {
      self.userID = userID
      self.workflowName = workflowName
      self.parameters = parameters
      self.externalJobID = externalJobID
      self.status = status
      self.originalImageID = originalImageID
      self.resultImageID = resultImageID
      self.error = error
      self.startedAt = startedAt
      self.completedAt = completedAt
    }
  }
}

extension I2I.ProcessingJob: RecordContent {
  static let columns = [
    "user_id", "workflow_name", "parameters", "external_job_id", "status", "original_image_id",
    "result_image_id", "error", "started_at", "completed_at",
  ]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, workflowName.databaseValue, parameters.databaseValue, externalJobID.databaseValue,
      status.databaseValue, originalImageID.databaseValue, resultImageID.databaseValue, error.databaseValue,
      startedAt.databaseValue, completedAt.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], workflowName: try row["workflow_name"], parameters: try row["parameters"],
      externalJobID: try row["external_job_id"], status: try row["status"],
      originalImageID: try row["original_image_id"], resultImageID: try row["result_image_id"],
      error: try row["error"], startedAt: try row["started_at"], completedAt: try row["completed_at"])
  }
}
