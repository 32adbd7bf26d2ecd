/// The tables of the sample application i2i that a sample fills. Its fourth, `workflow_configs`, is filled by seeds.
public enum I2ITable: String, Sendable, CaseIterable {
  case users, images
  case processingJobs = "processing_jobs"

  /// The columns that a row has, in its order.
  var columns: [String] {
    switch self {
    case .users:
      [
        "id", "email", "password_hash", "display_name", "role", "is_whitelisted", "last_login_at",
        "created_at", "updated_at",
      ]
    case .images:
      [
        "id", "user_id", "kind", "blob_key", "blob_url", "file_name", "file_size", "mime_type", "width",
        "height", "status", "created_at", "updated_at",
      ]
    case .processingJobs:
      [
        "id", "user_id", "workflow_name", "parameters", "external_job_id", "status", "original_image_id",
        "result_image_id", "error", "started_at", "completed_at", "created_at", "updated_at",
      ]
    }
  }
}

/// What a job of i2i comes to, in a fixed turn of twenty, so that counts follow from the number of jobs alone.
enum I2IJobStatus: String, CaseIterable {
  case pending, processing, completed, failed, canceled

  static let turn: [I2IJobStatus] = [
    .completed, .completed, .failed, .completed, .completed, .pending, .completed, .completed, .canceled,
    .completed, .completed, .completed, .processing, .completed, .failed, .completed, .completed, .pending,
    .completed, .canceled,
  ]

  /// The status of job `index`.
  static func of(_ index: Int) -> I2IJobStatus { turn[index % turn.count] }

  /// How many of the first `count` jobs have this status.
  func count(among count: Int) -> Int {
    let (turns, rest) = count.quotientAndRemainder(dividingBy: Self.turn.count)
    return turns * Self.turn.count { $0 == self } + Self.turn[..<rest].count { $0 == self }
  }
}
