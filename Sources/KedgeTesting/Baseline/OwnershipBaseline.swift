internal import Foundation
internal import Synchronization

/// A file of violations that were there before the check was: they fail no test, new ones do, and those that have gone must
/// leave the file. So the list may only shrink.
///
/// ```swift
/// let baseline = OwnershipBaseline("Tests/ownership_todo.txt")
/// expectDeclared(namesIn: ["Sources"], matching: #/collection\("(\w+)"\)/#, in: mappings, baseline: baseline)
/// ```
///
/// With `KEDGE_RECORD_BASELINE=1` in the environment, a check takes out of the file what has gone; what is new still fails. With
/// `KEDGE_RECORD_BASELINE=grow` it also puts in what is new: for the day on which the check begins.
///
/// Each entry belongs to the test that found it, by the test's name, so that several tests may share one file.
public struct OwnershipBaseline: Sendable {
  /// What a check does with the file.
  public enum Recording: String, Sendable {
    /// It only reads it.
    case off
    /// It takes out what has gone.
    case shrink
    /// It takes out what has gone, and puts in what is new.
    case grow
  }

  /// The file's absolute path. A file that isn't there holds no entry.
  public let file: String
  /// The folder that the files of entries are named from.
  public let root: String
  private let recording: Recording

  /// - Parameters:
  ///   - file: from the package's folder, or absolute.
  ///   - recording: nil for what the environment says.
  public init(
    _ file: String, recording: Recording? = nil, fileID: String = #fileID, filePath: String = #filePath
  ) {
    let place = TestPlace(fileID: fileID, filePath: filePath, line: 1, column: 1)
    self.file = place.resolve(file)
    root = place.packageFolder
    self.recording = recording ?? Self.recordingOfEnvironment
  }

  private static var recordingOfEnvironment: Recording {
    switch ProcessInfo.processInfo.environment["KEDGE_RECORD_BASELINE"] ?? "" {
    case "", "0": .off
    case "grow": .grow
    default: .shrink
    }
  }

  /// Files are read and written by one test at a time.
  private static let turn = Mutex(())

  /// What is left of a check's violations, and what the file says of it that isn't so any more.
  func failures(of violations: [OwnershipViolation], check: String, at place: TestPlace)
    -> [OwnershipViolation]
  {
    Self.turn.withLock { _ in
      do {
        return try judge(violations, check: check, at: place)
      } catch {
        return violations + [
          OwnershipViolation(
            rule: "baseline", subject: file, message: "The baseline can't be used: \(error)", place: place)
        ]
      }
    }
  }

  private func judge(_ violations: [OwnershipViolation], check: String, at place: TestPlace) throws
    -> [OwnershipViolation]
  {
    let entries = try read()
    let own = entries.filter { $0.check == check }
    let found = violations.map { violation in
      (
        violation,
        BaselineEntry(
          check: check, rule: violation.rule, subject: violation.subject,
          file: violation.place.path(from: root))
      )
    }
    let happening = Set(found.map(\.1))
    let gone = own.subtracting(happening)
    let new = happening.subtracting(own)
    var wanted = entries
    if recording != .off { wanted.subtract(gone) }
    if recording == .grow { wanted.formUnion(new) }
    if wanted != entries { try write(wanted) }
    if recording == .grow { return [] }
    let stale = recording == .off ? gone.sorted() : []
    return found.filter { new.contains($0.1) }.map(\.0)
      + stale.map { entry in
        OwnershipViolation(
          rule: "baseline", subject: entry.subject,
          message:
            "\(entry.file) no longer does what the baseline excuses (\(entry.rule) \(entry.subject)). Remove the line "
            + "\"\(entry.line.replacing("\t", with: " "))\" from \(file), or run the tests once with KEDGE_RECORD_BASELINE=1: "
            + "the list may only shrink.",
          place: place)
      }
  }

  private static var heading: String {
    "# What went against the declared ownership before its test was there. This list may only shrink.\n"
      + "# Each line: test, rule, subject, file, separated by tabs.\n"
  }

  private func read() throws -> Set<BaselineEntry> {
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let text = try String(contentsOfFile: file, encoding: .utf8)
    var entries: Set<BaselineEntry> = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    where !line.isEmpty && !line.hasPrefix("#") {
      guard let entry = BaselineEntry(line: line) else {
        throw BaselineError(
          description:
            "\(file):\(number + 1) isn't a line of four parts with tabs between them. Correct or remove it.")
      }
      entries.insert(entry)
    }
    return entries
  }

  private func write(_ entries: Set<BaselineEntry>) throws {
    let text = Self.heading + entries.sorted().map { $0.line + "\n" }.joined()
    try text.write(toFile: file, atomically: true, encoding: .utf8)
  }
}

/// A baseline that can't be read.
struct BaselineError: Error, CustomStringConvertible {
  let description: String
}
