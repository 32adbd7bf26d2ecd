/// An application's three stores of files: in S3 where `S3_BUCKET` is set, else in folders of this machine.
///
/// For example:
/// ```swift
/// let stores = try FileStores(environment: ProcessInfo.processInfo.environment)
/// try await stores.uploads.save(bytes, as: "2026/cat.png")
/// ```
///
/// In S3 each store is a prefix of the bucket, `uploads/` and so on; `AWS_REGION` names its region (us-east-1 if it doesn't).
/// ``S3Settings/init(bucket:prefix:environment:)`` says what else is read.
public struct FileStores: Sendable {
  /// The stores' names.
  public static let names = ["uploads", "embeddings", "generated"]

  /// What users bring.
  public let uploads: any FileStore
  /// What is computed of it.
  public let embeddings: any FileStore
  /// What is made for users.
  public let generated: any FileStore

  /// Opens the stores; folders that aren't there are made.
  ///
  /// - Parameter folder: of this machine, where the stores' folders are.
  /// - Throws: ``FileStoreError``.
  public init(environment: [String: String], folder: String = ".") throws {
    let all = try Self.location(environment: environment, folder: folder).open(environment: environment)
    uploads = try all.inside("uploads")
    embeddings = try all.inside("embeddings")
    generated = try all.inside("generated")
  }

  /// Where the stores are: what their folders or prefixes lie in.
  public static func location(environment: [String: String], folder: String = ".") -> FileLocation {
    guard let bucket = environment["S3_BUCKET"], !bucket.isEmpty else { return .local(path: folder) }
    return .s3(bucket: bucket, prefix: "")
  }

  /// The store of this name; nil if there is none.
  public subscript(name: String) -> (any FileStore)? {
    switch name {
    case "uploads": uploads
    case "embeddings": embeddings
    case "generated": generated
    default: nil
    }
  }
}
