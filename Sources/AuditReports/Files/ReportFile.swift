internal import Foundation

/// A file that a report is written to: all of it or nothing, so that nobody ever reads half a report.
public struct ReportFile: Sendable, Equatable {
  /// The option that named it, for messages: `--html`.
  public let option: String
  public let path: String

  public init(option: String, path: String) {
    self.option = option
    self.path = path
  }

  private var folder: String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  private var name: Substring { path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...] }

  /// Checks, before any work is done, that the file can be written.
  ///
  /// - Throws: ``ReportFileError``.
  public func check() throws(ReportFileError) {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder) else {
      throw ReportFileError(file: self, reason: "there is no folder \"\(folder)\"; make it first")
    }
    guard isFolder.boolValue else { throw ReportFileError(file: self, reason: "\"\(folder)\" is no folder") }
    if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
      throw ReportFileError(file: self, reason: "it is a folder; name a file in it")
    }
    if access(folder, W_OK) != 0 {
      throw ReportFileError(
        file: self, reason: "the folder \"\(folder)\" can't be written to: \(Self.problem())")
    }
  }

  /// Writes the text to a file beside it, brings that to the disk, and puts it in the place of the old one.
  ///
  /// - Throws: ``ReportFileError``; then the old file is as it was.
  public func write(_ text: String) throws(ReportFileError) {
    // A name that no reader takes for a report: the collector of node_exporter reads what ends with .prom.
    let temporary = "\(folder)/.\(name).\(getpid()).tmp"
    do {
      try fill(temporary, with: text)
    } catch {
      _ = unlink(temporary)
      throw error
    }
    if rename(temporary, path) != 0 {
      let problem = Self.problem()
      _ = unlink(temporary)
      throw ReportFileError(file: self, reason: problem)
    }
  }

  private func fill(_ temporary: String, with text: String) throws(ReportFileError) {
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw ReportFileError(file: self, reason: Self.problem()) }
    defer { close(descriptor) }
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let written = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if written > 0 {
        rest = rest.dropFirst(written)
      } else if written == 0 || errno != EINTR {
        throw ReportFileError(file: self, reason: Self.problem())
      }
    }
    if fsync(descriptor) != 0 { throw ReportFileError(file: self, reason: Self.problem()) }
  }

  /// What the system says of the call that has just failed.
  private static func problem() -> String { String(cString: strerror(errno)) }
}

/// Why a report can't be written.
public struct ReportFileError: Error, Sendable, Equatable, CustomStringConvertible {
  public let file: ReportFile
  public let reason: String

  public var description: String { "\(file.option) \(file.path) can't be written: \(reason)" }
}
