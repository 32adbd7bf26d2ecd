public import Executors

extension LocalFileStore {
  /// See ``BlockingFileStore``.
  public func write(
    _ name: String, _ writing: FileWriting, stop: StopFlag, filling fill: (@escaping FileSink) throws -> Void
  ) throws -> FileInfo {
    if let objection = FileName.folderObjection(name) { throw bad(name, objection) }
    if case .onlyNew = writing, try find(name, stop: stop) != nil { throw existing(name) }
    let file = try TemporaryFile(in: try temporaryFolder())
    let digest = try FileDigest()
    try fill { bytes in
      if stop.isSet { throw FileWorkStopped() }
      try digest.add(bytes)
      try file.write(bytes)
    }
    if stop.isSet { throw FileWorkStopped() }
    guard let (folder, last) = try place(of: name, isMade: true) else { throw missing(name) }
    do {
      guard try file.publish(as: last, in: folder.descriptor, writing) else { throw existing(name) }
    } catch var error as FileStoreError {
      (error.store, error.name) = (location, name)
      throw error
    }
    let (size, stamp) = try file.reading().look()
    return FileInfo(name: name, size: size, digest: try digest.finishHex(), stamp: stamp)
  }

  /// See ``BlockingFileStore``.
  public func write(
    _ name: String, _ writing: FileWriting, from file: OpenFile, stop: StopFlag
  ) throws -> FileInfo {
    try write(name, writing, stop: stop) { sink in
      try file.readAll(isStopped: { stop.isSet }, sink)
    }
  }

  /// See ``BlockingFileStore``.
  public func read(_ name: String, stop: StopFlag, into sink: @escaping FileSink) throws -> FileInfo {
    guard let file = try open(name) else { throw missing(name) }
    let digest = try FileDigest()
    let before = try file.look()
    var size = 0
    try file.readAll(isStopped: { stop.isSet }) { bytes in
      try digest.add(bytes)
      size += bytes.count
      try sink(bytes)
    }
    let after = try file.look()
    guard after == before, size == after.size else {
      throw FileStoreError(
        .damaged, store: location, name: name, reason: "it was changed while it was read; read it again")
    }
    return FileInfo(name: name, size: size, digest: try digest.finishHex(), stamp: after.stamp)
  }

  /// See ``BlockingFileStore``.
  public func walk(
    prefix: String, after: String?, stop: StopFlag, skipped: (FileStoreError) throws -> Void,
    visit: (FileInfo) throws -> Bool
  ) throws {
    guard let root else { return }
    _ = try walk(root, "", LocalWalk(prefix: prefix, after: after, stop: stop), skipped, visit)
  }

  /// - Returns: whether to go on.
  private func walk(
    _ folder: Folder, _ above: String, _ walk: LocalWalk, _ skipped: (FileStoreError) throws -> Void,
    _ visit: (FileInfo) throws -> Bool
  ) throws -> Bool {
    var found: [(path: String, entry: FolderEntries.Entry, name: String)] = []
    for entry in try FolderEntries.read(folder.descriptor, title: folder.path) {
      switch entry.name {
      case .notText(let shown):
        try skipped(bad(above + shown, "its bytes aren't UTF-8; rename it"))
      case .name(let name):
        if above.isEmpty, name == TemporaryFileFolder.name { continue }
        // A folder's files come where its name with a slash comes, as in the order of whole names.
        let path = above + name + (entry.kind == .folder ? "/" : "")
        if walk.wants(path, isFolder: entry.kind == .folder) { found.append((path, entry, name)) }
      }
    }
    found.sort { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
    for (path, entry, name) in found {
      if walk.stop.isSet { throw FileWorkStopped() }
      switch entry.kind {
      case .file:
        let file = FileInfo(name: path, size: entry.size, digest: nil, stamp: entry.stamp)
        guard try visit(file) else { return false }
      case .folder:
        // Gone since it was listed.
        guard let below = try folder.below(name, isMade: false, for: path) else { continue }
        guard try self.walk(below, path, walk, skipped, visit) else { return false }
      case .other:
        try skipped(bad(path, "it's a link, a pipe or a device, not a file; links aren't followed"))
      }
    }
    return true
  }
}

/// Which part of a folder's tree is asked for.
private struct LocalWalk {
  let prefix: String
  let after: String?
  let stop: StopFlag

  func wants(_ path: String, isFolder: Bool) -> Bool {
    let inPrefix =
      path.utf8.starts(with: prefix.utf8) || (isFolder && prefix.utf8.starts(with: path.utf8))
    guard inPrefix, let after else { return inPrefix }
    // All that lies in a folder comes after its name, so only one that `after` lies behind can be left out.
    return after.utf8.lexicographicallyPrecedes(path.utf8) || (isFolder && after.utf8.starts(with: path.utf8))
  }
}

extension LocalFileStore {
  /// Removes the folder for temporary files if nothing is in it: this isn't a store's own folder.
  func removeTemporaryFolder() throws {
    _ = try temporaryFolder().removeAbandoned()
    try root?.removeFolder(TemporaryFileFolder.name)
  }
}
