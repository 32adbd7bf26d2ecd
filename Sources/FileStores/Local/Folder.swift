internal import Glibc

/// An open folder of a store; closed with the last reference to it.
final class Folder: Sendable {
  let descriptor: Int32
  let path: String

  /// Opens a store's own folder; nil if it isn't there, and needn't be.
  static func open(path: String, _ absence: LocalFileStore.Absence) throws -> Folder? {
    if absence == .made { try make(path) }
    let descriptor = Glibc.open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor >= 0 { return Folder(descriptor: descriptor, path: path) }
    let failure = SystemFailure("the folder can't be opened")
    if failure.number == ENOENT && absence == .empty { return nil }
    var error = failure.error(in: "local:" + path)
    if failure.number == ENOENT { error.kind = .settings }
    throw error
  }

  private init(descriptor: Int32, path: String) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { close(descriptor) }

  private static func make(_ path: String) throws {
    if mkdir(path, 0o777) == 0 || errno == EEXIST { return }
    let failure = SystemFailure("the folder can't be made")
    let parent = FileName.parts(path).dropLast().joined(separator: "/")
    guard failure.number == ENOENT, !parent.isEmpty else { throw failure.error(in: "local:" + path) }
    try make(parent)
    guard mkdir(path, 0o777) == 0 || errno == EEXIST else {
      throw SystemFailure("the folder can't be made").error(in: "local:" + path)
    }
  }

  /// A folder right below this one, never through a link; nil if there is none.
  ///
  /// - Parameter name: of the file on whose way the folder lies, for errors.
  func below(_ part: String, isMade: Bool, for name: String) throws -> Folder? {
    let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW
    var opened = openat(descriptor, part, flags)
    if opened < 0 && errno == ENOENT {
      guard isMade else { return nil }
      guard mkdirat(descriptor, part, 0o777) == 0 || errno == EEXIST else {
        throw SystemFailure("a folder of its name can't be made").error(in: "local:" + path, name)
      }
      try synchronise()
      opened = openat(descriptor, part, flags)
    }
    guard opened >= 0 else {
      throw SystemFailure("a folder of its name can't be opened").error(in: "local:" + path, name)
    }
    return Folder(descriptor: opened, path: path + "/" + part)
  }

  func has(_ part: String) throws -> Bool {
    var facts = stat()
    if fstatat(descriptor, part, &facts, AT_SYMLINK_NOFOLLOW) == 0 { return true }
    guard errno == ENOENT else { throw SystemFailure("can't be looked at").error(in: "local:" + path, part) }
    return false
  }

  /// Removes a folder right below this one if it's empty.
  func removeFolder(_ part: String) throws {
    if unlinkat(descriptor, part, AT_REMOVEDIR) == 0 { return }
    guard [ENOTEMPTY, EEXIST, ENOENT].contains(errno) else {
      throw SystemFailure("can't be removed").error(in: "local:" + path, part)
    }
  }

  /// Brings names that were made or removed to the disk.
  func synchronise() throws {
    guard fsync(descriptor) == 0 else {
      throw SystemFailure("the folder can't be brought to the disk").error(in: "local:" + path)
    }
  }
}
