internal import Database

extension Motiv8 {
  /// What is known of a file, which lies in one of three stores.
  public struct MediaFile: Sendable, Equatable {
    /// Whose it is.
    public var userID: Int
    /// In which store it lies.
    public var store: FileStore
    /// Where in the store: relative, and never out of it.
    public var path: String
    /// Such as `image/png`.
    public var mimeType: String?
    /// In bytes.
    public var sizeBytes: Int
    /// In pixels.
    public var width: Int?
    /// In pixels.
    public var height: Int?
    /// 64 hexadecimal digits.
    public var sha256: String?
    /// Whether it is there.
    public var status: FileStatus

    /// From its parts.
    public init(
      userID: Int, store: FileStore, path: String, mimeType: String? = nil, sizeBytes: Int, width: Int? = nil,
      height: Int? = nil, sha256: String? = nil, status: FileStatus = .processing
    ) {
      self.userID = userID
      self.store = store
      self.path = path
      self.mimeType = mimeType
      self.sizeBytes = sizeBytes
      self.width = width
      self.height = height
      self.sha256 = sha256
      self.status = status
    }
  }
}

extension Motiv8.MediaFile: RecordContent {
  static let columns = [
    "user_id", "store", "path", "mime_type", "size_bytes", "width", "height", "sha256", "status",
  ]

  var values: [DatabaseValue] {
    [
      userID.databaseValue, store.databaseValue, path.databaseValue, mimeType.databaseValue,
      sizeBytes.databaseValue, width.databaseValue, height.databaseValue, sha256.databaseValue,
      status.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      userID: try row["user_id"], store: try row["store"], path: try row["path"],
      mimeType: try row["mime_type"], sizeBytes: try row["size_bytes"], width: try row["width"],
      height: try row["height"], sha256: try row["sha256"], status: try row["status"])
  }
}
