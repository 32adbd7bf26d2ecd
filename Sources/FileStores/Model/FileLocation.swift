internal import Foundation

/// Where files are, as people write it: `local:DIR` or `s3://bucket/prefix`.
public enum FileLocation: Sendable, Equatable, CustomStringConvertible {
  case local(path: String)
  case s3(bucket: String, prefix: String)

  /// - Throws: ``FileStoreError`` if it's neither.
  public init(_ text: String) throws {
    if text.hasPrefix("local:") {
      let path = String(text.dropFirst("local:".count))
      guard !path.isEmpty else { throw Self.wrong }
      self = .local(path: path)
      return
    }
    guard text.hasPrefix("s3://") else { throw Self.wrong }
    let parts = text.dropFirst("s3://".count).split(
      separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let bucket = parts.first, !bucket.isEmpty else { throw Self.wrong }
    var prefix = parts.count > 1 ? String(parts[1]) : ""
    if prefix.hasSuffix("/") { prefix.removeLast() }
    self = .s3(bucket: String(bucket), prefix: prefix)
  }

  private static let wrong = FileStoreError(
    .settings, store: "the place of files", reason: "it takes local:DIR or s3://bucket/prefix")

  /// As people write it.
  public var description: String {
    switch self {
    case .local(let path): "local:" + path
    case .s3(let bucket, let prefix): "s3://\(bucket)" + (prefix.isEmpty ? "" : "/" + prefix)
    }
  }

  /// Whether one place is the other, or lies in it: copying would find its own copies.
  public func overlaps(_ other: FileLocation) -> Bool {
    func path(_ path: String) -> String {
      let plain = URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
      return plain.utf8.last == UInt8(ascii: "/") ? plain : plain + "/"
    }
    func isInside(_ left: String, _ right: String) -> Bool {
      left.utf8.starts(with: right.utf8) || right.utf8.starts(with: left.utf8)
    }
    switch (self, other) {
    case (.local(let own), .local(let other)): return isInside(path(own), path(other))
    case (.s3(let bucket, let own), .s3(let otherBucket, let other)):
      let prefixes = [own, other].map { $0.isEmpty ? "" : $0 + "/" }
      return bucket == otherBucket && isInside(prefixes[0], prefixes[1])
    default: return false
    }
  }

  /// Opens the store.
  ///
  /// - Parameters:
  ///   - environment: where credentials, region and endpoint of S3 are.
  ///   - absence: what becomes of a folder that isn't there.
  /// - Throws: ``FileStoreError``.
  public func open(
    environment: [String: String], ifAbsent absence: LocalFileStore.Absence = .made
  ) throws -> any BlockingFileStore {
    switch self {
    case .local(let path): try LocalFileStore(path: path, ifAbsent: absence)
    case .s3(let bucket, let prefix):
      S3FileStore(try S3Settings(bucket: bucket, prefix: prefix, environment: environment))
    }
  }
}
