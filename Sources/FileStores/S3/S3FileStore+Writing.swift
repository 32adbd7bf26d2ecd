public import Executors
internal import Synchronization
internal import Web

extension S3FileStore {
  /// See ``BlockingFileStore``. What is larger than a part is put into a temporary file first: S3 wants to be told the
  /// digest before the bytes.
  public func write(
    _ name: String, _ writing: FileWriting, stop: StopFlag, filling fill: (@escaping FileSink) throws -> Void
  ) throws -> FileInfo {
    try check(name)
    let gathered = Gathered(limit: settings.partSize)
    try fill { bytes in
      if stop.isSet { throw FileWorkStopped() }
      try gathered.add(bytes)
    }
    if stop.isSet { throw FileWorkStopped() }
    if let file = gathered.file { return try write(name, writing, from: try file.reading(), stop: stop) }
    return try put(name, writing, gathered.bytes, stop)
  }

  /// See ``BlockingFileStore``.
  public func write(
    _ name: String, _ writing: FileWriting, from file: OpenFile, stop: StopFlag
  ) throws -> FileInfo {
    try check(name)
    let before = try file.look()
    let changed = FileStoreError(
      .damaged, store: file.title, name: name, reason: "it was changed while it was read; run it again")
    if before.size <= settings.partSize {
      var bytes = [UInt8](repeating: 0, count: before.size + 1)
      let count = try bytes.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
      guard count == before.size, try file.look() == before else { throw changed }
      bytes.removeLast()
      return try put(name, writing, bytes, stop)
    }
    let digest = try FileDigest()
    try file.readAll(isStopped: { stop.isSet }) { try digest.add($0) }
    let known = try digest.finishHex()
    return try putParts(name, writing, file, before.size, known, stop) {
      guard try file.look() == before else { throw changed }
    }
  }

  /// Sends a file in one request.
  private func put(
    _ name: String, _ writing: FileWriting, _ bytes: [UInt8], _ stop: StopFlag
  ) throws -> FileInfo {
    let digest = FileDigest.hex(try FileDigest.of(bytes))
    var request = S3Client.Request(method: "PUT", name: name, headers: headers(writing, digest), body: bytes)
    let answer = try sendOnce(&request, writing, digest, bytes.count, stop)
    return FileInfo(name: name, size: bytes.count, digest: digest, stamp: Self.stamp(answer["etag"]))
  }

  func headers(_ writing: FileWriting, _ digest: String) -> [(name: String, value: String)] {
    var headers = [
      (name: "content-type", value: "application/octet-stream"), (name: Self.digestHeader, value: digest),
    ]
    if case .onlyNew = writing { headers.append(("if-none-match", "*")) }
    return headers
  }
}

/// Bytes in memory, up to a limit, and in a temporary file beyond it.
private final class Gathered {
  let limit: Int
  var bytes: [UInt8] = []
  var file: TemporaryFile?

  init(limit: Int) { self.limit = limit }

  func add(_ piece: UnsafeRawBufferPointer) throws {
    if let file { return try file.write(piece) }
    guard bytes.count + piece.count > limit else {
      bytes += piece
      return
    }
    let file = try TemporaryFile(in: try TemporaryFileFolder.forCopies())
    try bytes.withUnsafeBytes { try file.write($0) }
    try file.write(piece)
    self.file = file
    bytes = []
  }
}
