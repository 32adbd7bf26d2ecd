/// The rules for files' names: what is a name in every store, and what is one in a folder.
enum FileName {
  /// Bytes that a name may have: S3's limit.
  static let longest = 1024

  /// Why this can't be a file's name in any store; nil if it can.
  static func objection(_ name: String) -> String? {
    if name.isEmpty { return "a file needs a name" }
    if name.utf8.count > longest { return "a name has at most \(longest) bytes" }
    if name.utf8.contains(0) { return "a name can't hold NUL" }
    let parts = parts(name)
    // Clients and servers on the way fold them, so that another file would be meant.
    if parts.contains(where: { $0 == "." || $0 == ".." }) {
      return "a name can't have a part \".\" or \"..\""
    }
    return nil
  }

  /// Why this can't be a file's name in a folder; nil if it can.
  static func folderObjection(_ name: String) -> String? {
    if let objection = objection(name) { return objection }
    let parts = parts(name)
    if name.utf8.first == UInt8(ascii: "/") { return "a name in a folder can't begin with a slash" }
    // The system takes "a//b" for "a/b": two names would be one file.
    if parts.contains(where: \.isEmpty) {
      return "a name in a folder can't have an empty part, as between two slashes or behind the last one"
    }
    if parts.contains(where: { $0.utf8.count > 255 }) {
      return "a part of a name in a folder has at most 255 bytes"
    }
    if parts[0] == TemporaryFileFolder.name {
      return "\(TemporaryFileFolder.name) is where files lie that aren't whole yet"
    }
    return nil
  }

  /// What stands between the slashes, empty parts included. By bytes, as the system does: a slash with a combining mark
  /// behind it is another character, and still a slash.
  static func parts(_ name: String) -> [String] {
    name.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
  }
}
