import Foundation
import RecordSources
import SQLite
import TestSupport
import Testing

@Test("a SQLite source never reads a file that was put in the place of its first one")
func sqliteSourceKeepsToItsFile() throws {
  let file = try TestSQLite("CREATE TABLE t (id INTEGER PRIMARY KEY)")
  let other = try TestSQLite("CREATE TABLE t (id INTEGER PRIMARY KEY)")
  let source = SQLiteSource(path: file.path)
  let first = try source.openSessions(2)
  let copy = source
  _ = try copy.openSessions(1)
  try FileManager.default.removeItem(atPath: file.path)
  try FileManager.default.moveItem(atPath: other.path, toPath: file.path)
  let error = try #require(throws: SQLiteError.self) { try copy.openSessions(1) }
  #expect(error.isReplaced && !error.isRetryable, "\(error)")
  // Another run begins with the file as it is now.
  #expect(try SQLiteSource(path: file.path).openSessions(1).take() != nil)
  withExtendedLifetime(first) {}
}
