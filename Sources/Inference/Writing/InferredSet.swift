internal import Foundation
public import Mapping

/// Writes an inferred mapping set to a folder.
public enum InferredSet {
  /// Writes `set.yaml` and one file for each entity.
  ///
  /// - Parameters:
  ///   - directory: The folder; made if it isn't there.
  ///   - force: Whether to replace the mapping set that is in the folder: its `.yaml` files are removed.
  /// - Returns: The files' names, in the order in which they were written.
  /// - Throws: `InferredSetError` where the folder holds something, and what the file system says.
  @discardableResult
  public static func write(
    _ set: MappingSet, comments: MappingComments, to directory: String, force: Bool = false
  ) throws -> [String] {
    let manager = FileManager.default
    var isFolder: ObjCBool = false
    if manager.fileExists(atPath: directory, isDirectory: &isFolder) {
      guard isFolder.boolValue else {
        throw InferredSetError(directory: directory, reason: "it is a file; name a folder")
      }
      let names = try manager.contentsOfDirectory(atPath: directory)
      try makeRoom(names, directory, force)
    } else {
      try manager.createDirectory(atPath: directory, withIntermediateDirectories: true)
    }
    let files = MappingWriter.files(for: set, comments: comments)
    for file in files {
      try Data(file.text.utf8).write(to: path(directory, file.name), options: .atomic)
    }
    return files.map(\.name)
  }

  private static func makeRoom(_ names: [String], _ directory: String, _ force: Bool) throws {
    guard !names.isEmpty else { return }
    guard force else {
      throw InferredSetError(
        directory: directory,
        reason: "it isn't empty; name another folder, or replace its mapping set with --force")
    }
    let sets = names.filter { $0.lowercased().hasSuffix(".yaml") || $0.lowercased().hasSuffix(".yml") }
    guard sets.isEmpty || names.contains("set.yaml") else {
      throw InferredSetError(
        directory: directory,
        reason: "it holds YAML files that are no mapping set (there is no set.yaml); name another folder")
    }
    for name in sets { try FileManager.default.removeItem(at: path(directory, name)) }
  }

  private static func path(_ directory: String, _ name: String) -> URL {
    URL(fileURLWithPath: directory, isDirectory: true).appendingPathComponent(name)
  }
}

/// Why a mapping set can't be written to a folder.
public struct InferredSetError: Error, Sendable, Equatable, CustomStringConvertible {
  public var directory: String
  public var reason: String

  /// One sentence: which folder, why not, what to do.
  public var description: String { "Can't write a mapping set to \"\(directory)\": \(reason)." }
}
