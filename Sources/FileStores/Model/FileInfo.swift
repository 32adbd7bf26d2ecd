/// What a store says of one file.
public struct FileInfo: Sendable, Equatable {
  /// The file's name in its store, such as `2026/cat.png`.
  public var name: String
  /// Bytes.
  public var size: Int
  /// The SHA-256 of its bytes as 64 hexadecimal digits, where the store knows it without reading the file.
  public var digest: String?
  /// Changes whenever the file is written again: its time of change, or the store's own tag.
  public var stamp: String

  /// Describes a file.
  public init(name: String, size: Int, digest: String?, stamp: String) {
    self.name = name
    self.size = size
    self.digest = digest
    self.stamp = stamp
  }
}

/// A part of a list of files, in the order of their names' bytes.
public struct FilePage: Sendable, Equatable {
  /// The files of this part.
  public var files: [FileInfo]
  /// What to ask for the next part with; nil behind the last one.
  public var next: String?

  /// Describes a part.
  public init(files: [FileInfo], next: String?) {
    self.files = files
    self.next = next
  }
}

/// Whether a file that is there already may be replaced.
public enum FileWriting: Sendable {
  /// It's replaced, in one step: readers see the old bytes or the new ones.
  case replacing
  /// It's left as it is, and the call throws ``FileStoreError/Kind/exists``.
  case onlyNew
}

/// Takes a piece of a file.
public typealias FileSink = (UnsafeRawBufferPointer) throws -> Void
