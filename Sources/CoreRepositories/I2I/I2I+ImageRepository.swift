public import Foundation
internal import Guardrails

extension I2I {
  /// What is known of pictures: table `images`.
  public struct ImageRepository: Sendable {
    /// An image with key and times.
    public typealias Record = Stored<Image, UUID>
    private let table: RecordTable<Entities.Images, Image, UUID>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "ImageRepository", RecordLayout(table: "public.images", entity: "images"))
    }

    /// The image with this key.
    public func find(_ id: UUID) async throws -> Record? { try await table.find(id) }

    /// The image that the blob store calls so.
    public func find(blobKey: String) async throws -> Record? {
      try await table.find(where: "blob_key = $1", [blobKey])
    }

    /// A user's images, the newest first.
    ///
    /// - Parameter kind: only those that were uploaded, or made; nil for all.
    public func page(
      ofUser user: UUID, kind: ImageKind? = nil, after cursor: PageCursor? = nil, limit: Int = 50
    )
      async throws -> Page<Record>
    {
      guard let kind else {
        return try await table.page(where: "user_id = $1", [user], after: cursor, limit: limit) {
          UUID(uuidString: $0)
        }
      }
      return try await table.page(
        where: "user_id = $1 AND kind = $2", [user, kind], after: cursor, limit: limit
      ) { UUID(uuidString: $0) }
    }

    /// Notes an image.
    public func create(_ image: Image) async throws -> Record { try await table.create(image) }

    /// Writes an image that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ image: Record) async throws -> Record { try await table.update(image) }

    /// Notes that an upload has arrived, and how large it is.
    public func arrived(_ id: UUID, fileSize: Int, width: Int, height: Int) async throws -> Record {
      try await table.set(
        "status = 'ready', file_size = $1, width = $2, height = $3", [fileSize, width, height], of: id)
    }

    /// Uploads that began before a time and never arrived, the oldest first.
    public func lost(before time: Date, limit: Int = 100) async throws -> [Record] {
      try await table.all(
        "WHERE status = 'uploading' AND created_at < $1::timestamptz ORDER BY created_at, id LIMIT \(min(max(limit, 1), 1000))",
        [time])
    }

    /// Deletes an image, with the jobs that were to be made from it.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: UUID) async throws -> Bool { try await table.delete(id) }
  }
}
