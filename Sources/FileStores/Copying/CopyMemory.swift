internal import Catalog
public import Postgres

/// Remembers in schema `kedge` of the target which files were copied and verified.
///
/// Each thread has one of its own.
public final class CopyMemory {
  /// A file that was copied, as it was at both places.
  struct Entry: Equatable {
    var size: Int
    var digest: String
    var sourceStamp: String
    var destinationStamp: String
  }

  private let connection: PostgresConnection
  private let move: Int

  /// Makes sure that the tables are there.
  ///
  /// - Throws: `CatalogError` or `PostgresError`.
  public static func prepare(_ connection: PostgresConnection) throws { try Catalog(connection).ensure() }

  /// - Parameters:
  ///   - source: where the files come from, as ``FileStore/location`` says it.
  ///   - destination: where they go.
  /// - Throws: `PostgresError`.
  public init(_ connection: PostgresConnection, source: String, destination: String) throws {
    self.connection = connection
    let rows = try connection.query(
      """
      INSERT INTO kedge.file_moves (source, destination) VALUES ($1, $2)
      ON CONFLICT (source, destination) DO UPDATE SET source = excluded.source RETURNING id
      """, [.text(source), .text(destination)])
    guard let id = try rows.first?.int("id") else { throw CatalogError.noRow }
    move = id
  }

  func recall(_ name: String) throws -> Entry? {
    let rows = try connection.query(
      "SELECT size, digest, source_stamp, destination_stamp FROM kedge.moved_files WHERE move = $1 AND name = $2",
      [.integer(move), .text(name)])
    return try rows.first.map {
      Entry(
        size: try $0.int("size"), digest: try $0.text("digest"), sourceStamp: try $0.text("source_stamp"),
        destinationStamp: try $0.text("destination_stamp"))
    }
  }

  func remember(_ name: String, _ entry: Entry) throws {
    try connection.execute(
      """
      INSERT INTO kedge.moved_files (move, name, size, digest, source_stamp, destination_stamp)
      VALUES ($1, $2, $3, $4, $5, $6)
      ON CONFLICT (move, name) DO UPDATE SET size = excluded.size, digest = excluded.digest,
        source_stamp = excluded.source_stamp, destination_stamp = excluded.destination_stamp,
        moved_at = clock_timestamp()
      """,
      [
        .integer(move), .text(name), .integer(entry.size), .text(entry.digest), .text(entry.sourceStamp),
        .text(entry.destinationStamp),
      ])
  }
}
