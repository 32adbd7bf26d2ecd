/// Where an application keeps its files: a folder, or a bucket of S3.
///
/// The same calls do for both. Names are texts such as `2026/cat.png`; a slash is part of the name.
///
/// For example:
/// ```swift
/// let stores = try FileStores(environment: ProcessInfo.processInfo.environment)
/// try await stores.uploads.save(bytes, as: "2026/cat.png")
/// let width = try await stores.uploads.withLocalCopy(of: "2026/cat.png") { path in try await widthOfImage(at: path) }
/// ```
///
/// Every call throws ``FileStoreError``, and `CancellationError` when its task is cancelled. All waiting is done on threads
/// of its own.
public protocol FileStore: Sendable {
  /// The store as people write it: `local:/srv/uploads`, `s3://bucket/uploads`. Holds no secret.
  var location: String { get }

  /// Saves bytes under a name, in place of what may be there. The file is there whole or not at all.
  @discardableResult
  func save(_ bytes: [UInt8], as name: String) async throws -> FileInfo

  /// Saves a file of this machine under a name, in place of what may be there.
  @discardableResult
  func save(contentsOf path: String, as name: String) async throws -> FileInfo

  /// Saves what a stream yields, of any length, in place of what may be there. A stream that throws leaves nothing.
  @discardableResult
  func save<Stream: AsyncSequence & Sendable>(_ stream: Stream, as name: String) async throws -> FileInfo
  where Stream.Element == [UInt8]

  /// The file's bytes, verified against its digest where the store knows it.
  ///
  /// - Parameter limit: bytes that it may have at most; for larger files there is ``withLocalCopy(of:_:)``.
  func get(_ name: String, limit: Int) async throws -> [UInt8]

  /// Whether there is such a file.
  func exists(_ name: String) async throws -> Bool

  /// What the store knows about a file; nil if there is none.
  func info(of name: String) async throws -> FileInfo?

  /// The SHA-256 of the file's bytes, from reading them.
  func digest(of name: String) async throws -> String

  /// Removes a file.
  ///
  /// - Returns: whether there was one.
  @discardableResult
  func delete(_ name: String) async throws -> Bool

  /// Files whose names begin with a text, in the order of their bytes.
  ///
  /// - Parameters:
  ///   - next: what the page before said.
  ///   - limit: how many at most.
  func list(prefix: String, next: String?, limit: Int) async throws -> FilePage

  /// Writes the file to a path of this machine, in place of what may be there; it appears there whole.
  @discardableResult
  func download(_ name: String, to path: String) async throws -> FileInfo

  /// Hands `body` the path of a copy on this machine, which is removed when `body` returns, throws or is cancelled. A copy
  /// that a killed process left is removed by the next process that makes one.
  ///
  /// The copy's name has the ending of the file's own.
  func withLocalCopy<T: Sendable>(
    of name: String, _ body: @Sendable (String) async throws -> T
  ) async throws -> T
}

extension FileStore {
  /// The file's bytes: 64 MB of them at most.
  public func get(_ name: String) async throws -> [UInt8] { try await get(name, limit: 64 << 20) }

  /// The first thousand files.
  public func list(prefix: String = "", next: String? = nil) async throws -> FilePage {
    try await list(prefix: prefix, next: next, limit: 1000)
  }
}
