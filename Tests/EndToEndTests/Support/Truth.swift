import Foundation
import TestSupport

/// The folder of real databases with the exact figures of every column and field, that `KEDGE_DATA_DIR` names.
enum Truth {
  static let folder = ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].flatMap { $0.isEmpty ? nil : $0 }

  /// Figures by the kind of value: `n`, `sum`, `md5` and so on.
  typealias Kinds = [String: [String: Any]]

  /// SQLite files by their place below `sqlite/`.
  static let sqliteFiles = names(in: "sqlite")
  /// Collections as `database/collection`.
  static let collections = names(in: "mongo")

  private static func names(in store: String) -> [String] {
    guard let folder else { return [] }
    do {
      return try read(folder, store).keys.sorted()
    } catch {
      // A test without cases would pass unseen: this name fails as a file that isn't there.
      return ["unreadable: \(error)"]
    }
  }

  private static func read(_ folder: String, _ store: String) throws -> [String: Any] {
    let data = try Data(contentsOf: URL(fileURLWithPath: "\(folder)/truth/\(store).json"))
    guard let all = try JSONSerialization.jsonObject(with: data) as? [String: Any] else {
      throw UnexpectedResult(description: "truth/\(store).json isn't a JSON object")
    }
    return all
  }

  private static func entry(_ store: String, _ name: String) throws -> [String: Any] {
    guard let folder, let entry = try read(folder, store)[name] as? [String: Any] else {
      throw UnexpectedResult(description: "truth/\(store).json has no \(name)")
    }
    return entry
  }

  /// A table of a SQLite file.
  struct Table {
    var name: String
    /// `table`, `virtual`, or `internal` for what belongs to a virtual table.
    var kind: String
    var rows: Int
    /// By column.
    var columns: [String: Kinds]
  }

  static func tables(of file: String) throws -> [Table] {
    let tables = try entry("sqlite", file)["tables"] as? [String: [String: Any]] ?? [:]
    return tables.map { name, table in
      let columns = table["columns"] as? [String: [String: Any]] ?? [:]
      return Table(
        name: name, kind: table["kind"] as? String ?? "", rows: table["rows"] as? Int ?? -1,
        columns: columns.mapValues { $0["storage"] as? Kinds ?? [:] })
    }.sorted { $0.name < $1.name }
  }

  /// How many documents a collection has, and the figures of its paths.
  static func collection(_ name: String) throws -> (documents: Int, paths: [String: Kinds]) {
    let collection = try entry("mongo", name)
    return (collection["documents"] as? Int ?? -1, collection["paths"] as? [String: Kinds] ?? [:])
  }
}
