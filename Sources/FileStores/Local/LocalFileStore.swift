public import Executors
internal import Glibc

/// A store of files in a folder of this machine.
///
/// A file is written under a temporary name, brought to the disk and renamed. No name leads out of the folder: none holds
/// `..` or begins with a slash, and links inside the folder aren't followed.
public struct LocalFileStore: BlockingFileStore {
  /// The store's folder.
  public let path: String
  /// Nil where there is none, which is as good as an empty one for reading.
  let root: Folder?

  /// What becomes of a folder that isn't there.
  public enum Absence: Sendable {
    /// It's made, with the folders above it.
    case made
    /// The store isn't opened.
    case refused
    /// The store is empty, and can't be written to.
    case empty
  }

  /// Opens the store.
  ///
  /// - Parameters:
  ///   - path: its folder, which may be a link itself.
  ///   - absence: what becomes of it if it isn't there.
  /// - Throws: ``FileStoreError``.
  public init(path: String, ifAbsent absence: Absence = .made) throws {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw FileStoreError(
        .settings, store: "local:\(path)", reason: "the folder's path is empty or holds NUL")
    }
    let trimmed = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
    self.path = trimmed
    root = try Folder.open(path: trimmed, absence)
  }

  /// `local:` and the path.
  public var location: String { "local:" + path }

  /// See ``BlockingFileStore``.
  public func inside(_ folder: String) throws -> any BlockingFileStore {
    if let objection = FileName.folderObjection(folder) { throw bad(folder, objection) }
    return try LocalFileStore(path: path + "/" + folder)
  }

  /// See ``BlockingFileStore``.
  public func removeAbandoned(stop: StopFlag) throws -> Int {
    guard let root, try root.has(TemporaryFileFolder.name) else { return 0 }
    return try temporaryFolder().removeAbandoned()
  }

  func temporaryFolder() throws -> TemporaryFileFolder {
    try TemporaryFileFolder(path: path + "/" + TemporaryFileFolder.name)
  }

  func bad(_ name: String, _ reason: String) -> FileStoreError {
    FileStoreError(.badName, store: location, name: name, reason: reason)
  }

  /// The folder and the last part of a name; nil if the folder isn't there.
  func place(of name: String, isMade: Bool) throws -> (folder: Folder, last: String)? {
    if let objection = FileName.folderObjection(name) { throw bad(name, objection) }
    guard var folder = root else { return nil }
    var parts = FileName.parts(name)
    let last = parts.removeLast()
    for part in parts {
      guard let next = try folder.below(part, isMade: isMade, for: name) else { return nil }
      folder = next
    }
    return (folder, last)
  }

  /// See ``BlockingFileStore``.
  public func open(_ name: String) throws -> OpenFile? {
    guard let (folder, last) = try place(of: name, isMade: false) else { throw missing(name) }
    // Not blocking: a pipe of this name would wait for a writer.
    let descriptor = openat(folder.descriptor, last, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
    guard descriptor >= 0 else {
      if errno == ENOENT { throw missing(name) }
      throw SystemFailure("can't be opened").error(in: location, name)
    }
    return try OpenFile(taking: descriptor, title: "\(location)/\(name)")
  }

  /// See ``BlockingFileStore``.
  public func find(_ name: String, stop: StopFlag) throws -> FileInfo? {
    guard let (folder, last) = try place(of: name, isMade: false) else { return nil }
    var facts = stat()
    guard fstatat(folder.descriptor, last, &facts, AT_SYMLINK_NOFOLLOW) == 0 else {
      if errno == ENOENT { return nil }
      throw SystemFailure("can't be looked at").error(in: location, name)
    }
    if facts.st_mode & S_IFMT == S_IFDIR { return nil }
    guard facts.st_mode & S_IFMT == S_IFREG else {
      throw bad(name, "what has this name is a link or no file, and isn't followed")
    }
    return FileInfo(name: name, size: Int(facts.st_size), digest: nil, stamp: OpenFile.stamp(facts))
  }

  /// See ``BlockingFileStore``.
  public func remove(_ name: String, stop: StopFlag) throws -> Bool {
    guard try find(name, stop: stop) != nil, let (folder, last) = try place(of: name, isMade: false) else {
      return false
    }
    guard unlinkat(folder.descriptor, last, 0) == 0 else {
      if errno == ENOENT { return false }
      throw SystemFailure("can't be removed").error(in: location, name)
    }
    try folder.synchronise()
    return true
  }
}
