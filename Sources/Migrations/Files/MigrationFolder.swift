internal import Foundation

/// The migrations of one set: a folder of files.
public struct MigrationFolder: Sendable {
  /// The folder's path.
  public let path: String
  /// The set's name: the folder's own.
  public let set: String
  /// In the order of their numbers.
  public let files: [MigrationFile]

  /// Reads a folder, and every file of it.
  ///
  /// - Throws: ``MigrationProblems`` with all faults of all files; what the file system says otherwise.
  public init(path: String) throws {
    var path = path
    while path.count > 1, path.hasSuffix("/") { path.removeLast() }
    self.path = path
    set = URL(filePath: path).standardizedFileURL.lastPathComponent
    var problems: [MigrationProblem] = []
    var drafts: [Int: Draft] = [:]
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter {
      $0.hasSuffix(".sql") && !$0.hasPrefix(".")
    }.sorted()
    for name in names {
      let file = path + "/" + name
      func fault(_ message: String) {
        problems.append(MigrationProblem(file: file, line: 1, column: 1, message: message))
      }
      guard let parts = FileName(name) else {
        fault(
          "the name isn't NNNN_name.sql, NNNN_name.up.sql or NNNN_name.down.sql, with digits, letters and _ alone"
        )
        continue
      }
      if let other = drafts[parts.number], other.title != parts.title {
        fault("the number \(parts.number) is taken by \(other.title); rename one of them")
        continue
      }
      var draft = drafts[parts.number] ?? Draft(title: parts.title, name: parts.name, file: file)
      do {
        let content = try MigrationReader.read(
          file: file, bytes: [UInt8](try Data(contentsOf: URL(filePath: file))), kind: parts.kind)
        if content.up != nil, draft.up != nil || content.down != nil && draft.down != nil {
          fault("\(parts.title) is there both as one file and as two; remove either")
        }
        draft.up = content.up ?? draft.up
        draft.down = content.down ?? draft.down
        if content.up != nil { draft.checksum = content.checksum }
      } catch let error as MigrationProblems {
        problems += error.problems
        draft.isFaulty = true
      }
      drafts[parts.number] = draft
    }
    files = Self.complete(drafts, &problems)
    guard problems.isEmpty else { throw MigrationProblems(problems: problems) }
  }

  /// A folder that isn't there yet.
  public init(emptyAt path: String) {
    self.path = path
    set = URL(filePath: path).standardizedFileURL.lastPathComponent
    files = []
  }

  /// A migration of which all files were not yet read.
  private struct Draft {
    var title: String
    var name: String
    var file: String
    var up: MigrationFile.Part?
    var down: MigrationFile.Part?
    var checksum = ""
    var isFaulty = false
  }

  private static func complete(_ drafts: [Int: Draft], _ problems: inout [MigrationProblem])
    -> [MigrationFile]
  {
    var files: [MigrationFile] = []
    var last: (number: Int, title: String)?
    for (number, draft) in drafts.sorted(by: { $0.key < $1.key }) {
      // Long numbers are times, which have gaps.
      if let last, number != last.number + 1, number < 10_000_000 {
        problems.append(
          MigrationProblem(
            file: draft.file, line: 1, column: 1,
            message:
              "a number is missing between \(last.title) and this; number files without gaps, or by the time (20260131120000_name.sql)"
          ))
      }
      last = (number, draft.title)
      if let up = draft.up {
        files.append(
          MigrationFile(
            number: number, name: draft.name, up: up, down: draft.down, checksum: draft.checksum,
            title: draft.title))
      } else if !draft.isFaulty {
        problems.append(
          MigrationProblem(
            file: draft.file, line: 1, column: 1,
            message: "there is a way back without a way forward; write \(draft.title).up.sql"))
      }
    }
    return files
  }

  /// Writes an empty migration with the next number.
  ///
  /// - Parameters:
  ///   - name: words; what can't stand in a file's name becomes `_`.
  ///   - isDry: whether nothing is written.
  /// - Returns: the file's path.
  /// - Throws: ``MigrationProblem`` if nothing is left of the name; what the file system says.
  public func writeNew(_ name: String, isDry: Bool = false) throws -> String {
    let text = """
      -- \(name.split(whereSeparator: \.isNewline).joined(separator: " "))
      -- kedge: up


      -- kedge: down


      """
    return try write([(name, text)], isDry: isDry)[0]
  }

  /// Writes migrations with the next numbers: all of them, or none.
  ///
  /// - Parameters:
  ///   - files: a name for each, of which what can't stand in a file's name becomes `_`, and its text.
  ///   - isDry: whether nothing is written.
  /// - Returns: the files' paths.
  /// - Throws: ``MigrationProblem`` if nothing is left of a name; what the file system says.
  public func write(_ files: [(name: String, text: String)], isDry: Bool = false) throws -> [String] {
    var paths: [String] = []
    for (index, file) in files.enumerated() {
      let words = file.name.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }.joined(
        separator: "_")
      let digits = String((self.files.last?.number ?? 0) + 1 + index)
      let path = self.path + "/" + String(repeating: "0", count: max(0, 4 - digits.count)) + digits + "_"
      guard !words.isEmpty else {
        throw MigrationProblem(
          file: path + ".sql", line: 1, column: 1, message: "a name needs letters or digits")
      }
      // A file's name has at most 255 bytes.
      paths.append(path + words.prefix(200) + ".sql")
    }
    guard !isDry else { return paths }
    var written: [String] = []
    do {
      for (path, file) in zip(paths, files) {
        try Data(file.text.utf8).write(to: URL(filePath: path), options: .withoutOverwriting)
        written.append(path)
      }
    } catch {
      for path in written { try FileManager.default.removeItem(atPath: path) }
      throw error
    }
    return paths
  }
}

/// What a file's name says.
struct FileName {
  let number: Int
  let name: String
  let title: String
  let kind: MigrationReader.Kind

  init?(_ file: String) {
    guard let match = file.wholeMatch(of: /(([0-9]+)_([A-Za-z0-9_]+))(\.up|\.down)?\.sql/),
      let number = Int(match.output.2), number > 0
    else { return nil }
    self.number = number
    title = String(match.output.1)
    name = String(match.output.3)
    kind =
      switch match.output.4 {
      case ".up": .one(.up)
      case ".down": .one(.down)
      default: .both
      }
  }
}
