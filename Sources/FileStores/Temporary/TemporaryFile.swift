internal import Glibc
internal import Synchronization

/// A file under a temporary name, removed with the last reference to it.
///
/// It's locked while it lives, and the system lets go of the lock when the process dies, however it dies. So one that can
/// be locked is nobody's, and ``TemporaryFileFolder/removeAbandoned()`` removes it.
final class TemporaryFile: Sendable {
  let folder: TemporaryFileFolder
  let name: String
  let descriptor: Int32
  /// Whether it went to its final name.
  private let isPublished = Mutex(false)

  var path: String { folder.path + "/" + name }

  /// - Parameter ending: of the name, such as `.png`.
  init(in folder: TemporaryFileFolder, ending: String = "") throws {
    self.folder = folder
    while true {
      let name = "\(getpid())-\(UInt64.random(in: 0 ... .max))" + ending
      let descriptor = openat(
        folder.descriptor, name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o666)
      if descriptor < 0 && errno == EEXIST { continue }
      guard descriptor >= 0 else {
        throw SystemFailure("no temporary file can be made").error(in: "local:" + folder.path)
      }
      // Somebody who cleans up may have come between the two calls, and then the name is gone.
      var facts = stat()
      if flock(descriptor, LOCK_EX | LOCK_NB) == 0, fstat(descriptor, &facts) == 0, facts.st_nlink > 0 {
        self.name = name
        self.descriptor = descriptor
        return
      }
      close(descriptor)
    }
  }

  deinit {
    if !isPublished.withLock({ $0 }) { unlinkat(folder.descriptor, name, 0) }
    close(descriptor)
  }

  /// Adds bytes at its end.
  func write(_ bytes: UnsafeRawBufferPointer) throws {
    var rest = bytes
    while !rest.isEmpty {
      let count = Glibc.write(descriptor, rest.baseAddress, rest.count)
      if count < 0 && errno == EINTR { continue }
      guard count > 0 else { throw SystemFailure("can't be written").error(in: "local:" + path) }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
  }

  /// The same file, for reading.
  func reading() throws -> OpenFile {
    let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
    guard copy >= 0 else { throw SystemFailure("can't be read").error(in: "local:" + path) }
    return try OpenFile(taking: copy, title: "local:" + path)
  }

  /// Gives it its final name in a folder, once its bytes are on the disk; then the folder is, too.
  ///
  /// - Returns: whether it did; not if only a new name is wanted and the name is taken.
  func publish(as final: String, in target: Int32, _ writing: FileWriting) throws -> Bool {
    let place = "local:" + path
    guard fsync(descriptor) == 0 else { throw SystemFailure("can't be brought to the disk").error(in: place) }
    switch writing {
    case .replacing:
      guard renameat(folder.descriptor, name, target, final) == 0 else {
        throw SystemFailure("can't get its final name").error(in: place)
      }
      isPublished.withLock { $0 = true }
    case .onlyNew:
      // Unlike a renaming, a link never replaces.
      guard linkat(folder.descriptor, name, target, final, 0) == 0 else {
        if errno == EEXIST { return false }
        throw SystemFailure("can't get its final name").error(in: place)
      }
    }
    guard fsync(target) == 0 else {
      throw SystemFailure("its folder can't be brought to the disk").error(in: place)
    }
    return true
  }
}
