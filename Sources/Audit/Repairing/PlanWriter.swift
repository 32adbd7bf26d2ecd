internal import CommandLine
internal import Foundation

/// Writes a plan's file, line by line. It appears under its name when it is whole; until then nothing is there.
final class PlanWriter {
  private let path: String
  private let partial: String
  private let handle: FileHandle
  private let header: String
  private var waiting = Data()
  private(set) var actions = 0

  init(_ path: String, _ header: PlanHeader) throws {
    self.path = path
    partial = path + ".part-\(ProcessInfo.processInfo.processIdentifier)"
    guard
      FileManager.default.createFile(atPath: partial, contents: nil, attributes: [.posixPermissions: 0o600]),
      let handle = FileHandle(forWritingAtPath: partial)
    else {
      throw RepairError.file(path, reason: "can't be written there: \(String(cString: strerror(errno)))")
    }
    self.handle = handle
    let (line, digest) = PlanFile.sealed(PlanFile.members(header), header: "")
    self.header = digest
    try write(line)
  }

  /// Whether a file can be made there, asked before an audit begins.
  static func check(_ path: String) throws {
    let folder = (path as NSString).deletingLastPathComponent
    var isDirectory: ObjCBool = false
    if FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory), isDirectory.boolValue {
      throw RepairError.file(path, reason: "is a folder; name a file")
    }
    guard FileManager.default.isWritableFile(atPath: folder.isEmpty ? "." : folder) else {
      throw RepairError.file(path, reason: "its folder isn't there, or can't be written to")
    }
  }

  func write(_ action: PlannedAction, key: [String], isNamed: Bool) throws {
    actions += 1
    try write(PlanFile.sealed(PlanFile.members(action, key: key, isNamed: isNamed), header: header).line)
  }

  private func write(_ line: String) throws {
    waiting.append(contentsOf: (line + "\n").utf8)
    if waiting.count > 1 << 18 { try flush() }
  }

  private func flush() throws {
    do { try handle.write(contentsOf: waiting) } catch {
      throw RepairError.file(path, reason: "can't be written: \(error.localizedDescription)")
    }
    waiting.removeAll(keepingCapacity: true)
  }

  /// Writes the last line and gives the file its name.
  func finish() throws {
    try write(PlanFile.sealed([("end", true), ("actions", .int(actions))], header: header).line)
    try flush()
    do {
      try handle.synchronize()
      try handle.close()
    } catch { throw RepairError.file(path, reason: "can't be written: \(error.localizedDescription)") }
    guard rename(partial, path) == 0 else {
      throw RepairError.file(path, reason: "can't be given its name: \(String(cString: strerror(errno)))")
    }
  }

  /// Takes away what was written of a plan that isn't whole.
  func abandon() { unlink(partial) }
}
