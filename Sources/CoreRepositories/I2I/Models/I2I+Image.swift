internal import Database
public import Foundation

extension I2I {
  /// What is known of a picture; the picture itself is a blob.
  public struct Image: Sendable, Equatable {
    /// Whose it is.
    public var userID: UUID
    /// Whether it was uploaded or made.
    public var kind: ImageKind
    /// What the blob store calls it; no two images share one.
    public var blobKey: String
    /// Where it is.
    public var blobURL: String
    /// What its owner calls it.
    public var fileName: String?
    /// In bytes.
    public var fileSize: Int
    /// Such as `image/png`.
    public var mimeType: String
    /// In pixels; nil until it was measured.
    public var width: Int?
    /// In pixels; nil until it was measured.
    public var height: Int?
    /// Whether it is there.
    public var status: ImageStatus

    /// From its parts.
    public init(
      userID: UUID, kind: ImageKind = .original, blobKey: String, blobURL: String, fileName: String? = nil,
      fileSize: Int, mimeType: String, width: Int? = nil, height: Int? = nil, status: ImageStatus = .uploading
    ) {
      self.userID = userID
      self.kind = kind
      self.blobKey = blobKey
      self.blobURL = blobURL
      self.fileName = fileName
      self.fileSize = fileSize
      self.mimeType = mimeType
      self.width = width
      self.height = height
      self.status = status
    }
  }
}

extension I2I.Image: RecordContent {
  static let columns = [
    "user_id", "kind", "blob_key", "blob_url", "file_name", "file_size", "mime_type", "width", "height",
    "status",
  ]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, kind.databaseValue, blobKey.databaseValue, blobURL.databaseValue,
      fileName.databaseValue, fileSize.databaseValue, mimeType.databaseValue, width.databaseValue,
      height.databaseValue, status.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], kind: try row["kind"], blobKey: try row["blob_key"],
      blobURL: try row["blob_url"], fileName: try row["file_name"], fileSize: try row["file_size"],
      mimeType: try row["mime_type"], width: try row["width"], height: try row["height"],
      status: try row["status"])
  }
}
