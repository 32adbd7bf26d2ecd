internal import Glibc

/// A folder that holds nothing but temporary files.
final class TemporaryFileFolder: Sendable {
  /// What it's called inside a store's own folder: on the same file system, so that files can get their final names.
  static let name = ".kedge-temporary"

  let path: String
  let descriptor: Int32

  /// Opens the folder, and makes it if need be, for this user alone.
  init(path: String) throws {
    self.path = path
    if mkdir(path, 0o700) != 0 && errno != EEXIST {
      throw SystemFailure("the folder for temporary files can't be made").error(in: "local:" + path)
    }
    descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else {
      throw SystemFailure("the folder for temporary files can't be opened").error(in: "local:" + path)
    }
  }

  deinit { close(descriptor) }

  /// The folder for copies and for what waits to be sent: below `TMPDIR`, one for each user.
  static func forCopies() throws -> TemporaryFileFolder {
    let parent = getenv("TMPDIR").map { String(cString: $0) } ?? ""
    let folder = try TemporaryFileFolder(
      path: (parent.isEmpty ? "/tmp" : parent) + "/kedge-files-\(getuid())")
    var facts = stat()
    // The parent is everybody's: somebody else may have made a folder of this name, to read what we put there.
    guard fstat(folder.descriptor, &facts) == 0, facts.st_uid == getuid(), facts.st_mode & 0o077 == 0 else {
      throw FileStoreError(
        .denied, store: "local:" + folder.path,
        reason: "this folder for temporary files isn't this user's alone; set TMPDIR to another place")
    }
    _ = try folder.removeAbandoned()
    return folder
  }

  /// Removes the files of processes that are gone.
  ///
  /// - Returns: how many.
  func removeAbandoned() throws -> Int {
    var count = 0
    for entry in try FolderEntries.read(descriptor, title: path) {
      guard case .name(let name) = entry.name else { continue }
      let file = openat(descriptor, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
      guard file >= 0 else { continue }
      defer { close(file) }
      if flock(file, LOCK_EX | LOCK_NB) == 0, unlinkat(descriptor, name, 0) == 0 { count += 1 }
    }
    return count
  }
}
