internal import Executors

/// The asynchronous calls, each on a thread of its own.
extension BlockingFileStore {
  /// See ``FileStore``.
  @discardableResult
  public func save(_ bytes: [UInt8], as name: String) async throws -> FileInfo {
    try await onThread { stop in
      try write(name, .replacing, stop: stop) { sink in try bytes.withUnsafeBytes { try sink($0) } }
    }
  }

  /// See ``FileStore``.
  @discardableResult
  public func save(contentsOf path: String, as name: String) async throws -> FileInfo {
    try await onThread { stop in
      try write(name, .replacing, from: try OpenFile(path: path), stop: stop)
    }
  }

  /// See ``FileStore``.
  @discardableResult
  public func save<Stream: AsyncSequence & Sendable>(_ stream: Stream, as name: String) async throws
    -> FileInfo
  where Stream.Element == [UInt8] {
    let channel = PieceChannel()
    async let saved = onThread { stop in
      let registration = stop.onSet { channel.fail(FileWorkStopped()) }
      defer {
        registration.remove()
        channel.abandon()
      }
      return try write(name, .replacing, stop: stop) { sink in
        while let piece = try channel.next() { try piece.withUnsafeBytes { try sink($0) } }
      }
    }
    do {
      for try await piece in stream where !piece.isEmpty {
        // The writer has failed: what it throws is the answer.
        guard await channel.put(piece) else { break }
      }
      try Task.checkCancellation()
      channel.finish()
    } catch {
      channel.fail(error)
      // Thrown by the writer, too, which has removed by then what it had of the file.
      _ = try await saved
      throw error
    }
    return try await saved
  }

  /// See ``FileStore``.
  public func get(_ name: String, limit: Int) async throws -> [UInt8] {
    try await onThread { stop in
      let found = Gathered()
      _ = try read(name, stop: stop) { bytes in
        guard found.bytes.count + bytes.count <= limit else {
          throw FileStoreError(
            .tooLarge, store: location, name: name,
            reason: "it has more than \(limit) bytes; take it by withLocalCopy or download")
        }
        found.bytes += bytes
      }
      return found.bytes
    }
  }

  /// See ``FileStore``.
  public func exists(_ name: String) async throws -> Bool { try await info(of: name) != nil }

  /// See ``FileStore``.
  public func info(of name: String) async throws -> FileInfo? {
    try await onThread { try find(name, stop: $0) }
  }

  /// See ``FileStore``.
  public func digest(of name: String) async throws -> String {
    try await onThread { try readDigest(name, stop: $0) }
  }

  /// See ``FileStore``.
  @discardableResult
  public func delete(_ name: String) async throws -> Bool {
    try await onThread { try remove(name, stop: $0) }
  }

  /// See ``FileStore``.
  public func list(prefix: String, next: String?, limit: Int) async throws -> FilePage {
    try await onThread { stop in
      var files: [FileInfo] = []
      var isMore = false
      try walk(prefix: prefix, after: next, stop: stop, skipped: { _ in }) { file in
        isMore = files.count >= limit
        if !isMore { files.append(file) }
        return !isMore
      }
      return FilePage(files: files, next: isMore ? files.last?.name : nil)
    }
  }

  /// See ``FileStore``.
  @discardableResult
  public func download(_ name: String, to path: String) async throws -> FileInfo {
    try await onThread { stop in
      var parts = FileName.parts(path)
      let last = parts.removeLast()
      let folder = try LocalFileStore(
        path: parts.isEmpty ? "." : parts.joined(separator: "/") + "/", ifAbsent: .refused)
      let found = Latest()
      let written = Result {
        try folder.write(last, .replacing, stop: stop) { sink in
          found.info = try read(name, stop: stop, into: sink)
        }
      }
      // On every way out; what went wrong with the file itself is the answer.
      let cleaned = Result { try folder.removeTemporaryFolder() }
      let info = try written.get()
      try cleaned.get()
      return FileInfo(
        name: name, size: info.size, digest: info.digest, stamp: found.info?.stamp ?? info.stamp)
    }
  }

  /// See ``FileStore``.
  public func withLocalCopy<T: Sendable>(
    of name: String, _ body: @Sendable (String) async throws -> T
  ) async throws -> T {
    let copy = try await onThread { stop in
      let file = try TemporaryFile(in: try TemporaryFileFolder.forCopies(), ending: Self.ending(of: name))
      _ = try read(name, stop: stop) { try file.write($0) }
      return file
    }
    // Removed with the last reference, on every way out.
    defer { withExtendedLifetime(copy) {} }
    return try await body(copy.path)
  }

  /// The ending of a file's name, where it's a plain one: programs go by it.
  static func ending(of name: String) -> String {
    guard let dot = name.lastIndex(of: ".") else { return "" }
    let ending = name[name.index(after: dot)...].utf8
    let isPlain = ending.allSatisfy { (48...57).contains($0) || (97...122).contains($0 | 0x20) }
    return !ending.isEmpty && ending.count <= 10 && isPlain ? String(name[dot...]) : ""
  }

  /// Runs blocking work on a thread, and ends it early when the task is cancelled.
  func onThread<T: Sendable>(_ body: @escaping @Sendable (StopFlag) throws -> T) async throws -> T {
    let stop = StopFlag()
    do {
      return try await withTaskCancellationHandler {
        try await BlockingThread.run(name: "files") { try body(stop) }
      } onCancel: {
        stop.set()
      }
    } catch is FileWorkStopped where Task.isCancelled {
      throw CancellationError()
    }
  }
}

/// Bytes that the closure of one blocking call puts together.
private final class Gathered { var bytes: [UInt8] = [] }

/// What the closure of one blocking call found.
private final class Latest { var info: FileInfo? }
