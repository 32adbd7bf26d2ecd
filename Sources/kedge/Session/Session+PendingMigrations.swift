internal import CommandLine
internal import Foundation
internal import Mapping
internal import Migrations
internal import Postgres

/// What `kedge status` and `kedge doctor` say of the set's migrations, where it has some.
struct MigrationStanding {
  let path: String
  /// Nil where the files can't be read as migrations.
  let status: MigrationStatus?
  let problem: String?

  /// Whether a person or `kedge migrate up` has something to do.
  var isUpToDate: Bool { status?.isUpToDate ?? false }

  /// One line.
  var text: String {
    if let problem { return "migrations: \(problem)" }
    let states = Dictionary(grouping: status?.entries ?? [], by: \.state.rawValue)
    let counts = states.sorted { $0.key < $1.key }.map { "\($0.value.count) \($0.key)" }
    return "migrations: \(counts.isEmpty ? "none" : counts.joined(separator: ", ")) in \(path)"
      + (isUpToDate ? "" : "; see them with: kedge migrate status")
  }

  var json: JSONValue {
    [
      "folder": .string(path), "up_to_date": .bool(isUpToDate),
      "pending": status.map { .int($0.pending) } ?? .null,
      "problems": .strings(problem.map { [$0] } ?? status?.disagreements() ?? []),
    ]
  }
}

extension Session {
  /// Nil where the set has no folder of migrations.
  ///
  /// - Parameter connection: where they are applied.
  func migrationStanding(_ set: MappingSet, _ connection: PostgresConnection) throws -> MigrationStanding? {
    let path = "migrations/\(set.name)"
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return nil
    }
    do {
      let runner = try MigrationRunner(connection, try MigrationFolder(path: path))
      return MigrationStanding(path: path, status: try runner.status(), problem: nil)
    } catch let problems as MigrationProblems {
      let count = problems.problems.count == 1 ? "a fault" : "\(problems.problems.count) faults"
      return MigrationStanding(
        path: path, status: nil, problem: "\(count) in \(path); see with: kedge migrate status")
    } catch let error as MigrationError {
      return MigrationStanding(path: path, status: nil, problem: error.description)
    }
  }
}
