public import Executors

/// A store of files for callers that have a thread of their own: every call blocks. ``FileStore`` rests on it.
///
/// Every call throws ``FileStoreError``, and ``FileWorkStopped`` soon after `stop` is set.
public protocol BlockingFileStore: FileStore {
  /// Writes a file from what `fill` hands to its sink, in pieces of any size. What `fill` throws leaves nothing behind.
  ///
  /// - Returns: the file, with its digest.
  func write(
    _ name: String, _ writing: FileWriting, stop: StopFlag, filling fill: (@escaping FileSink) throws -> Void
  ) throws -> FileInfo

  /// Writes a file from one that is open on this machine.
  ///
  /// - Returns: the file, with its digest.
  func write(_ name: String, _ writing: FileWriting, from file: OpenFile, stop: StopFlag) throws -> FileInfo

  /// Hands a file to a sink, piece by piece; memory stays the same for any size.
  ///
  /// - Returns: the file, with the digest of what was read, which has been compared with the digest that the store knows.
  func read(_ name: String, stop: StopFlag, into sink: @escaping FileSink) throws -> FileInfo

  /// What the store knows about a file; nil if there is none.
  func find(_ name: String, stop: StopFlag) throws -> FileInfo?

  /// Removes a file.
  ///
  /// - Returns: whether there was one.
  func remove(_ name: String, stop: StopFlag) throws -> Bool

  /// Visits the files whose names begin with `prefix` and come after `after`, in the order of the names' bytes, until
  /// `visit` says no.
  ///
  /// - Parameter skipped: told of what lies among the files and can't be one in any store.
  func walk(
    prefix: String, after: String?, stop: StopFlag, skipped: (FileStoreError) throws -> Void,
    visit: (FileInfo) throws -> Bool
  ) throws

  /// The file itself, where it lies on this machine; else nil.
  func open(_ name: String) throws -> OpenFile?

  /// The same store, seen from a prefix of its names on: `inside("uploads")` holds what is called `uploads/…` here.
  func inside(_ folder: String) throws -> any BlockingFileStore

  /// Removes what earlier processes, killed on the way, have left half done.
  ///
  /// - Returns: how many such there were.
  func removeAbandoned(stop: StopFlag) throws -> Int
}

extension BlockingFileStore {
  /// The digest of a file's bytes, from reading them.
  func readDigest(_ name: String, stop: StopFlag) throws -> String {
    let info = try read(name, stop: stop) { _ in }
    guard let digest = info.digest else {
      throw FileStoreError(.damaged, store: location, name: name, reason: "nothing could be read of it")
    }
    return digest
  }

  func missing(_ name: String) -> FileStoreError {
    FileStoreError(.notFound, store: location, name: name, reason: "there is no such file")
  }

  func existing(_ name: String) -> FileStoreError {
    FileStoreError(.exists, store: location, name: name, reason: "there is a file of this name already")
  }
}
