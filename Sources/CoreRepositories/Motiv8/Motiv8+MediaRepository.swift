internal import Database
public import Foundation
internal import Guardrails

extension Motiv8 {
  /// What is known of files: table `media_files`. The files themselves lie in a store, under a path.
  public struct MediaRepository: Sendable {
    /// A file with its key and the time when it came.
    public typealias Record = Stored<MediaFile, UUID>
    private let table: RecordTable<Entities.MediaFiles, MediaFile, UUID>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "MediaRepository", Motiv8.mediaFiles)
      clock = core.clock
    }

    /// The file with this key.
    public func find(_ id: UUID) async throws -> Record? { try await table.find(id) }

    /// What is known of the file at this place.
    public func find(_ path: String, in store: FileStore) async throws -> Record? {
      try await table.all(
        "WHERE \(table.column("store")) = $1 AND path = $2 ORDER BY \(table.column("id")) LIMIT 1",
        [store, path]
      ).first
    }

    /// A user's files, the newest first.
    ///
    /// - Parameter store: only those of this store; nil for all.
    public func page(
      ofUser user: Int, in store: FileStore? = nil, after cursor: PageCursor? = nil, limit: Int = 50
    ) async throws -> Page<Record> {
      guard let store else {
        return try await table.page(where: "user_id = $1", [user], after: cursor, limit: limit) {
          UUID(uuidString: $0)
        }
      }
      return try await table.page(
        where: "user_id = $1 AND \(table.column("store")) = $2", [user, store], after: cursor, limit: limit
      ) { UUID(uuidString: $0) }
    }

    /// Notes a file.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` for a path that leads out of its store.
    public func create(_ file: MediaFile, id: UUID = UUID()) async throws -> Record {
      try await table.create(try Self.checked(file), id: id, createdAt: clock.now)
    }

    /// Writes what is known of a file.
    ///
    /// - Throws: ``RepositoryError`` of case `notFound` or `invalid`.
    public func update(_ file: Record) async throws -> Record {
      var file = file
      file.content = try Self.checked(file.content)
      return try await table.update(file)
    }

    /// Forgets a file. What was made from it goes, too; the file itself has to be deleted from its store.
    ///
    /// - Returns: whether it was known.
    @discardableResult
    public func delete(_ id: UUID) async throws -> Bool {
      guard table.gate.backend == .sqlite else { return try await table.delete(id) }
      // What Postgres' foreign keys do by themselves; the old file has none for files.
      return try await table.gate.write(.delete) { transaction in
        try await transaction.run(
          "DELETE FROM embeddings WHERE \(OldForm.uuid("source_id")) = $1 OR \(OldForm.uuid("file_id")) = $1",
          [id])
        try await transaction.run(
          "UPDATE generated_items SET media_id = NULL WHERE \(OldForm.uuid("media_id")) = $1", [id])
        return try await transaction.run("DELETE FROM media_files WHERE \(OldForm.uuid("id")) = $1", [id]) > 0
      }
    }

    private static func checked(_ file: MediaFile) throws -> MediaFile {
      var file = file
      let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
      guard !file.path.isEmpty, !file.path.hasPrefix("/"), !parts.contains("..") else {
        throw RepositoryError.invalid(
          entity: "media_files", column: "path", rule: "it has to stay inside its store")
      }
      file.sha256 = file.sha256?.lowercased()
      file.mimeType = file.mimeType.map { InputText.folded($0) }
      return file
    }
  }

  /// Vectors that were made from uploads: table `embeddings`.
  public struct EmbeddingRepository: Sendable {
    /// Vectors with key and time.
    public typealias Record = Stored<Embedding, Int>
    private let table: RecordTable<Entities.Embeddings, Embedding, Int>
    private let clock: any CoreClock

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(core, as: "EmbeddingRepository", Motiv8.embeddings)
      clock = core.clock
    }

    /// What was made from an upload, the newest first.
    public func all(from source: UUID) async throws -> [Record] {
      try await table.all("WHERE \(table.column("source_id")) = $1 ORDER BY id DESC", [source])
    }

    /// Notes vectors.
    public func create(_ embedding: Embedding) async throws -> Record {
      try await table.create(embedding, createdAt: clock.now)
    }

    /// Forgets vectors.
    ///
    /// - Returns: whether they were known.
    @discardableResult
    public func delete(_ id: Int) async throws -> Bool { try await table.delete(id) }
  }
}
