internal import Glibc

/// What lies in a folder.
struct FolderEntries {
  enum Kind {
    case file, folder, other
  }

  enum Name {
    case name(String)
    /// Bytes that aren't UTF-8, as close as text comes to them.
    case notText(String)
  }

  struct Entry {
    var name: Name
    var kind: Kind
    var size = 0
    var stamp = ""
  }

  /// Everything in the folder but itself and its parent, in no order. Links aren't followed.
  static func read(_ folder: Int32, title: String) throws -> [Entry] {
    let own = openat(folder, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard own >= 0, let stream = fdopendir(own) else {
      let failure = SystemFailure("the folder can't be read")
      if own >= 0 { close(own) }
      throw failure.error(in: "local:" + title)
    }
    defer { closedir(stream) }
    var entries: [Entry] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        guard errno == 0 else { throw SystemFailure("the folder can't be read").error(in: "local:" + title) }
        return entries
      }
      let bytes = withUnsafeBytes(of: &entry.pointee.d_name) { Array($0.prefix { $0 != 0 }) }
      if bytes == [46] || bytes == [46, 46] { continue }
      guard let name = String(validating: bytes, as: UTF8.self) else {
        entries.append(Entry(name: .notText(String(decoding: bytes, as: UTF8.self)), kind: .other))
        continue
      }
      var facts = stat()
      // Gone since it was listed.
      guard fstatat(folder, name, &facts, AT_SYMLINK_NOFOLLOW) == 0 else { continue }
      let kind: Kind =
        switch facts.st_mode & S_IFMT {
        case S_IFREG: .file
        case S_IFDIR: .folder
        default: .other
        }
      entries.append(
        Entry(name: .name(name), kind: kind, size: Int(facts.st_size), stamp: OpenFile.stamp(facts)))
    }
  }
}
