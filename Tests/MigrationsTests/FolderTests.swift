import Foundation
import Testing

@testable import Migrations

@Suite("Reading migrations")
struct FolderTests {
  private func read(_ files: [String: String]) throws -> [MigrationFile] {
    let path = FileManager.default.temporaryDirectory.path + "/kedge-files-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    defer { #expect(throws: Never.self) { try FileManager.default.removeItem(atPath: path) } }
    for (name, text) in files { try Data(text.utf8).write(to: URL(filePath: path + "/" + name)) }
    return try MigrationFolder(path: path).files
  }

  /// The faults, without the folder.
  private func faults(_ files: [String: String]) -> [String] {
    do {
      _ = try read(files)
      return []
    } catch let error as MigrationProblems {
      return error.problems.map {
        "\(($0.file as NSString).lastPathComponent):\($0.line):\($0.column): \($0.message)"
      }
    } catch {
      return ["\(error)"]
    }
  }

  @Test("one file with two parts, and two files, are the same")
  func forms() throws {
    let files = try read([
      "0001_a.sql": "-- About a.\n-- kedge: up\nSELECT 1;\n-- kedge: down\nSELECT 2;\n",
      "0002_b.up.sql": "-- kedge: no-transaction\nVACUUM;\n", "0002_b.down.sql": "SELECT 4;\n",
      "0003_c.sql": "-- kedge: up\nSELECT 5;\n",
    ])
    #expect(files.map(\.number) == [1, 2, 3])
    #expect(files.map { $0.up.statements.map(\.text) } == [["SELECT 1"], ["VACUUM"], ["SELECT 5"]])
    #expect(files.map { $0.down?.statements.map(\.text) } == [["SELECT 2"], ["SELECT 4"], nil])
    #expect(files.map(\.up.isTransaction) == [true, false, true])
    #expect(files[1].down?.isTransaction == true)
  }

  @Test("the checksum is of the way forward, whatever ends its lines")
  func checksums() throws {
    let text = "-- kedge: up\nSELECT 1;\n-- kedge: down\nSELECT 2;\n"
    let first = try read(["0001_a.sql": text])[0].checksum
    #expect(try read(["0001_a.sql": text.replacing("\n", with: "\r\n")])[0].checksum == first)
    #expect(try read(["0001_a.sql": text.replacing("SELECT 2", with: "SELECT 3")])[0].checksum == first)
    #expect(try read(["0001_a.sql": text.replacing("SELECT 1", with: "SELECT  1")])[0].checksum != first)
    #expect(first.count == 64)
  }

  @Test("each fault is named at its place")
  func errors() throws {
    let good = "-- kedge: up\nSELECT 1;\n"
    #expect(
      faults(["0001_a.sql": good, "0001_b.sql": good])[0].contains(
        "0001_b.sql:1:1: the number 1 is taken by 0001_a"))
    #expect(
      faults(["0001_a.sql": good, "0003_c.sql": good])[0].contains(
        "a number is missing between 0001_a and this"))
    #expect(faults(["20260101000000_a.sql": good, "20260301000000_b.sql": good]).isEmpty)
    #expect(faults(["first.sql": good])[0].contains("the name isn't NNNN_name.sql"))
    #expect(faults(["0001_a.sql": "SELECT 1;"])[0].contains("no line says '-- kedge: up'"))
    #expect(
      faults(["0001_a.sql": "SELECT 0;\n" + good])[0].contains("0001_a.sql:1:1: this statement stands above"))
    #expect(
      faults(["0001_a.sql": good + "-- kedge: sideways\n"])[0].hasPrefix(
        "0001_a.sql:3:11: the directive 'sideways'"))
    #expect(
      faults(["0001_a.sql": good + "-- kedge: up\n"])[0].contains("there is a part 'up' already, at line 1"))
    #expect(faults(["0001_a.down.sql": "SELECT 1;"])[0].contains("way back without a way forward"))
    #expect(faults(["0001_a.sql": good, "0001_a.up.sql": "SELECT 1;"])[0].contains("as one file and as two"))
    #expect(faults(["0001_a.sql": good + "  BEGIN;"])[0].hasPrefix("0001_a.sql:3:3: kedge begins and ends"))
    #expect(faults(["0001_a.sql": good + "COPY t FROM STDIN;"])[0].contains("COPY needs a client"))
    #expect(faults(["0001_a.sql": good + "VACUUM;"])[0].contains("no-transaction"))
    #expect(
      faults(["0001_a.sql": good + "SELECT 'x"])[0].hasPrefix(
        "0001_a.sql:3:8: this text in quotes isn't closed"))
    #expect(faults(["0001_a.sql": good + "\\i x"])[0].contains("commands of psql"))
    #expect(
      faults(["0001_a.sql": good + "-- kedge: allow truncate"])[0].contains("say the rule and the reason"))
    #expect(
      faults(["0001_a.sql": good + "-- kedge: allow nothing: why"])[0].contains("lint has no rule 'nothing'"))
    #expect(faults(["0001_a.sql": good + "VACUUM;", "0002_b.sql": "x"]).count == 2)
  }
}
