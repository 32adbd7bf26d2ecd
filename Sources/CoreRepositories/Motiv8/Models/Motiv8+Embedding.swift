internal import Database
public import Foundation

extension Motiv8 {
  /// Vectors that were made from an upload; they lie in a file of their own.
  public struct Embedding: Sendable, Equatable {
    /// The upload.
    public var sourceID: UUID
    /// The file of vectors.
    public var fileID: UUID
    /// By which model.
    public var model: String
    /// Of each vector.
    public var dimensions: Int
    /// How many vectors.
    public var chunks: Int
    /// Their mean length.
    public var norm: Double?

    /// From its parts.
    public init(
      sourceID: UUID, fileID: UUID, model: String, dimensions: Int, chunks: Int = 1, norm: Double? = nil
    ) {
      self.sourceID = sourceID
      self.fileID = fileID
      self.model = model
      self.dimensions = dimensions
      self.chunks = chunks
      self.norm = norm
    }
  }
}

extension Motiv8.Embedding: RecordContent {
  static let columns = ["source_id", "file_id", "model", "dimensions", "chunks", "norm"]

  var values: [DatabaseValue] {
    [
      sourceID.databaseValue, fileID.databaseValue, model.databaseValue, dimensions.databaseValue,
      chunks.databaseValue, norm.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      sourceID: try row["source_id"], fileID: try row["file_id"], model: try row["model"],
      dimensions: try row["dimensions"], chunks: try row["chunks"], norm: try row["norm"])
  }
}
