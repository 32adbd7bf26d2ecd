public import Executors
internal import Foundation
internal import Web

/// A store of files in a bucket of S3, or of a server that speaks its language.
///
/// Each file carries its SHA-256 as `x-amz-meta-sha256`, by which it's verified whenever it's read. Files larger than
/// ``S3Settings/partSize`` are sent in parts; memory holds one part.
public struct S3FileStore: BlockingFileStore {
  let client: S3Client
  var settings: S3Settings { client.settings }

  /// Describes the store; nothing is sent yet.
  public init(_ settings: S3Settings) { client = S3Client(settings) }

  /// `s3://bucket/prefix`
  public var location: String { settings.location }

  /// See ``BlockingFileStore``. S3 has no files of this machine.
  public func open(_ name: String) throws -> OpenFile? { nil }

  /// See ``BlockingFileStore``.
  public func inside(_ folder: String) throws -> any BlockingFileStore {
    try check(folder)
    var settings = settings
    settings.prefix += folder + "/"
    return S3FileStore(settings)
  }

  /// What is half sent stays with the server, which drops it by the bucket's own rules; temporary files of this machine go.
  public func removeAbandoned(stop: StopFlag) throws -> Int { 0 }

  func check(_ name: String) throws {
    if let objection = FileName.objection(name) {
      throw FileStoreError(.badName, store: location, name: name, reason: objection)
    }
    guard (settings.prefix + name).utf8.count <= FileName.longest else {
      throw FileStoreError(
        .badName, store: location, name: name,
        reason: "with the store's prefix the name has more than \(FileName.longest) bytes")
    }
  }

  /// See ``BlockingFileStore``.
  public func find(_ name: String, stop: StopFlag) throws -> FileInfo? {
    try check(name)
    let answer = try client.send(
      S3Client.Request(method: "HEAD", name: name, accepted: [404]), stop: stop)
    // HEAD's answer has no body to say whether it's the bucket that isn't there; whoever lists or writes is told.
    if answer.head.status == 404 { return nil }
    return FileInfo(
      name: name, size: answer.head["content-length"].flatMap { Int($0) } ?? 0,
      digest: answer.head[Self.digestHeader], stamp: Self.stamp(answer.head["etag"]))
  }

  /// A tag without its quotes, which lists and answers don't always have alike.
  static func stamp(_ tag: String?) -> String { (tag ?? "").replacing("\"", with: "") }

  /// See ``BlockingFileStore``.
  public func remove(_ name: String, stop: StopFlag) throws -> Bool {
    guard try find(name, stop: stop) != nil else { return false }
    _ = try client.send(S3Client.Request(method: "DELETE", name: name, accepted: [404]), stop: stop)
    return true
  }

  static let digestHeader = "x-amz-meta-sha256"

  /// See ``BlockingFileStore``.
  public func read(_ name: String, stop: StopFlag, into sink: @escaping FileSink) throws -> FileInfo {
    try check(name)
    let progress = Download()
    let digest = try FileDigest()
    var request = S3Client.Request(method: "GET", name: name)
    try client.retrying(request, stop, progress: { progress.received }) {
      // All is there, and only the connection's end went wrong.
      if let size = progress.size, progress.received == size { return }
      request.headers = progress.resuming
      do {
        let answer = try client.attempt(request, stop) { head, bytes in
          let fresh = try progress.take(head, bytes)
          try digest.add(fresh)
          try sink(fresh)
        }
        // An empty file's answer has no piece of a body.
        _ = try progress.take(answer.head, UnsafeRawBufferPointer(start: nil, count: 0))
      } catch let error as FileStoreError where error.status == 412 || error.status == 416 {
        throw damaged(name, "it was changed while it was read; read it again")
      } catch is Download.Changed {
        throw damaged(name, "it was changed while it was read; read it again")
      }
      if let size = progress.size, progress.received < size {
        throw PassingFailure(
          error: damaged(name, "the answer ended after \(progress.received) of \(size) bytes"))
      }
    }
    let found = try digest.finishHex()
    if let size = progress.size, progress.received != size {
      throw damaged(name, "it came with \(progress.received) bytes instead of \(size)")
    }
    if let said = progress.head?[Self.digestHeader], said != found {
      throw damaged(name, "its bytes have the SHA-256 \(found), and were saved with \(said)")
    }
    return FileInfo(name: name, size: progress.received, digest: found, stamp: Self.stamp(progress.tag))
  }

  private func damaged(_ name: String, _ reason: String) -> FileStoreError {
    FileStoreError(.damaged, store: location, name: name, reason: reason)
  }
}
