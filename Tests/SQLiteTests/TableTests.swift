import Foundation
import Testing

@testable import SQLite

@Suite("SQLite table listing")
struct TableTests {
  let folder: TemporaryFolder
  let connection: SQLiteConnection

  init() throws {
    folder = try TemporaryFolder()
    connection = try SQLiteConnection(path: folder.path("t.db"), mode: .create)
  }

  private func table(_ name: String) throws -> SQLiteTable {
    try #require(try connection.tables().first { $0.name == name })
  }

  @Test("columns carry type, default, key place, collation and generation")
  func columns() throws {
    try connection.execute(
      """
      CREATE TABLE t (
        a INTEGER PRIMARY KEY AUTOINCREMENT, b VARCHAR(10) NOT NULL DEFAULT 'x' COLLATE nocase, c,
        d AS (a * 2), e TEXT AS (b || '!') STORED)
      """)
    let table = try table("t")
    #expect(table.kind == .table && table.isReadable && !table.isStrict && !table.isWithoutRowID)
    #expect(table.columns.map(\.name) == ["a", "b", "c", "d", "e"])
    #expect(table.columns.map(\.declaredType) == ["INTEGER", "VARCHAR(10)", "", "", "TEXT"])
    #expect(
      table.columns.map(\.kind) == [.ordinary, .ordinary, .ordinary, .virtualGenerated, .storedGenerated])
    #expect(table.columns[1].isNotNull && table.columns[1].defaultSQL == "'x'")
    #expect(table.columns[1].collation?.lowercased() == "nocase")
    #expect(table.columns[0].isAutoIncrement && table.columns[3].isGenerated)
    #expect(table.integerPrimaryKeyAlias == "a" && table.primaryKey == ["a"])
    #expect(table.rowIDName == "rowid" && table.column("B")?.name == "b")
    #expect(table.sql?.hasPrefix("CREATE TABLE t") == true)
    #expect(try connection.tables().map(\.name) == ["t"], "sqlite_sequence is SQLite's own")
  }

  @Test("rowids are found under the name that no column takes")
  func rowIDs() throws {
    try connection.execute(
      """
      CREATE TABLE plain (x);
      CREATE TABLE shadowed (RowID TEXT, x);
      CREATE TABLE twice (rowid, _rowid_);
      CREATE TABLE thrice (rowid, _rowid_, oid);
      CREATE TABLE without (k TEXT PRIMARY KEY) WITHOUT ROWID;
      CREATE TABLE strict_one (k INT PRIMARY KEY, v ANY) STRICT;
      CREATE TABLE descending (k INTEGER PRIMARY KEY DESC);
      CREATE TABLE constrained (k INTEGER, PRIMARY KEY (k DESC));
      CREATE TABLE composite (b TEXT, a INTEGER, v, PRIMARY KEY (a, b)) WITHOUT ROWID;
      """)
    let tables = Dictionary(uniqueKeysWithValues: try connection.tables().map { ($0.name, $0) })
    #expect(tables["plain"]?.rowIDName == "rowid")
    #expect(tables["shadowed"]?.rowIDName == "_rowid_")
    #expect(tables["twice"]?.rowIDName == "oid")
    #expect(tables["thrice"]?.rowIDName == nil && tables["thrice"]?.hasRowID == true)
    #expect(tables["without"]?.hasRowID == false && tables["without"]?.isWithoutRowID == true)
    #expect(tables["without"]?.rowIDName == nil)
    #expect(tables["strict_one"]?.isStrict == true && tables["strict_one"]?.integerPrimaryKeyAlias == nil)
    #expect(tables["descending"]?.integerPrimaryKeyAlias == nil)
    #expect(tables["constrained"]?.integerPrimaryKeyAlias == "k")
    #expect(tables["composite"]?.primaryKey == ["a", "b"])
    // The proof of the alias: it gives the rowid, the other doesn't.
    try connection.execute("INSERT INTO constrained VALUES (50); INSERT INTO descending VALUES (50)")
    #expect(try connection.query("SELECT rowid FROM constrained") == [[50]])
    #expect(try connection.query("SELECT rowid FROM descending") == [[1]])
  }

  @Test("references and unique indexes carry real names and the primary key where none is named")
  func references() throws {
    try connection.execute(
      """
      CREATE TABLE "Parent" (a INTEGER, b TEXT, "Code" TEXT UNIQUE, PRIMARY KEY (b, a));
      CREATE TABLE child (
        x, y, z REFERENCES parent(code) ON DELETE SET NULL, w REFERENCES nowhere,
        FOREIGN KEY (x, y) REFERENCES PARENT ON DELETE CASCADE);
      CREATE UNIQUE INDEX "odd ""name" ON child (x COLLATE nocase, y DESC) WHERE x > 0;
      CREATE UNIQUE INDEX lower_z ON child (lower(z));
      CREATE INDEX plain ON child (w);
      """)
    let child = try table("child")
    let byTable = Dictionary(grouping: child.foreignKeys, by: \.columns)
    #expect(byTable[["z"]]?.first?.table == "Parent")
    #expect(byTable[["z"]]?.first?.referencedColumns == ["Code"])
    #expect(byTable[["z"]]?.first?.onDelete == "SET NULL")
    #expect(byTable[["x", "y"]]?.first?.referencedColumns == ["b", "a"])
    #expect(byTable[["x", "y"]]?.first?.onDelete == "CASCADE")
    #expect(byTable[["w"]]?.first?.table == "nowhere" && byTable[["w"]]?.first?.referencedColumns == [])
    #expect(child.uniqueIndexes.map(\.name) == ["lower_z", "odd \"name"])
    #expect(child.uniqueIndexes[0].columns == [nil])
    #expect(child.uniqueIndexes[1].columns == ["x", "y"] && child.uniqueIndexes[1].isPartial)
    #expect(child.uniqueIndexes[1].collations == ["nocase", "BINARY"])
    let origins = try table("Parent").uniqueIndexes.map(\.origin)
    #expect(Set(origins) == [.primaryKey, .uniqueConstraint])
  }

  @Test("views, full-text tables and their shadows are told apart; what can't be read says why")
  func kinds() throws {
    try connection.execute(
      """
      CREATE TABLE t (x); CREATE VIEW good AS SELECT x FROM t; CREATE VIEW bad AS SELECT y FROM gone;
      CREATE VIRTUAL TABLE words USING fts5(body);
      PRAGMA writable_schema = 1;
      INSERT INTO sqlite_schema VALUES ('table', 'alien', 'alien', 0, 'CREATE VIRTUAL TABLE alien USING nothing_like_it(x)');
      PRAGMA writable_schema = 0;
      """)
    let reader = try SQLiteConnection(path: folder.path("t.db"), mode: .readOnly)
    let tables = Dictionary(uniqueKeysWithValues: try reader.tables().map { ($0.name, $0) })
    #expect(tables["good"]?.kind == .view && tables["good"]?.isReadable == true)
    #expect(tables["good"]?.columns.map(\.name) == ["x"] && tables["good"]?.hasRowID == false)
    #expect(tables["bad"]?.isReadable == false)
    #expect(tables["bad"]?.unreadableReason?.contains("no such table: main.gone") == true)
    #expect(tables["words"]?.kind == .virtual && tables["words"]?.isReadable == true)
    #expect(tables["words_data"]?.kind == .shadow)
    #expect(tables["alien"]?.kind == .virtual && tables["alien"]?.isReadable == false)
    #expect(tables["alien"]?.unreadableReason?.contains("nothing_like_it") == true)
  }
}
