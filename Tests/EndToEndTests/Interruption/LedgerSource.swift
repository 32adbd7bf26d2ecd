import Codec
import Postgres
import SQLite
import TestSupport

/// The records in a SQLite file or a Mongo database, in one version.
struct LedgerSource {
  let url: String
  /// Keeps the store until the source goes.
  private let store: AnyObject

  init(_ kind: Kind, isLater: Bool) throws {
    switch kind {
    case .sqlite:
      let file = try TestSQLite(Self.tables)
      try file.execute("BEGIN")
      for (entity, _) in LedgerRecords.counts {
        for record in LedgerRecords.all(entity, isLater: isLater) {
          let taken = record.filter { $0.value.elements == nil }
          let names = taken.map { quoteIdentifier($0.name) }.joined(separator: ", ")
          let values = taken.map { Self.literal($0.value) }.joined(separator: ", ")
          try file.execute("INSERT INTO \(entity) (\(names)) VALUES (\(values))")
        }
      }
      try file.execute("COMMIT")
      (url, store) = ("sqlite:" + file.path, file)
    case .mongo:
      let mongo = try TestMongo()
      for (entity, _) in LedgerRecords.counts {
        let records = LedgerRecords.all(entity, isLater: isLater).map { record in
          BSONDocument(record.map { ($0.name == "id" ? "_id" : $0.name, $0.value) })
        }
        try mongo.insert(entity, records)
      }
      (url, store) = (mongo.uri, mongo)
    }
  }

  enum Kind: String, CaseIterable {
    case sqlite, mongo
  }

  private static let tables = """
    CREATE TABLE accounts (id INTEGER PRIMARY KEY, name, email, referrer, balance, status, plan);
    CREATE TABLE orders (id INTEGER PRIMARY KEY, account, code, placed, note);
    CREATE TABLE payments (id INTEGER PRIMARY KEY, "order", amount, method);
    CREATE TABLE notes (id NOT NULL PRIMARY KEY, text, weight);
    """

  private static func literal(_ value: BSONValue) -> String {
    switch value {
    case .string(let text): quoteLiteral(text)
    case .date(let milliseconds): "\(milliseconds)"
    default: value.integer.map(String.init) ?? "NULL"
    }
  }
}
