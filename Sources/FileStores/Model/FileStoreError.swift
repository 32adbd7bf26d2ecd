/// What a store of files couldn't do, and why. Holds no secret.
public struct FileStoreError: Error, Sendable, Equatable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Kind: String, Sendable {
    /// No file has this name.
    case notFound = "not found"
    /// A file has this name already.
    case exists
    /// The name can't be a file's name in this store.
    case badName = "bad name"
    /// The store doesn't let this user do that.
    case denied
    /// What was read isn't what was written, or changed on the way.
    case damaged
    /// The file is larger than what was asked for may be.
    case tooLarge = "too large"
    /// The store can't be reached, or failed again and again.
    case unavailable
    /// How the store is configured can't be right.
    case settings
    /// The store refused for another reason.
    case refused
  }

  /// What kind of failure it is.
  public var kind: Kind
  /// The store, such as `s3://bucket/uploads` or `local:/srv/uploads`.
  public var store: String
  /// The file's name, where it's about one.
  public var name: String?
  /// The store's own word for it, such as `SlowDown`, or the system's.
  public var code: String?
  /// The status of the answer over HTTP, where there was one.
  public var status: Int?
  /// By which the store's provider finds the request.
  public var requestID: String?
  /// Why, and what to do about it.
  public var reason: String

  /// Describes a failure.
  public init(
    _ kind: Kind, store: String, name: String? = nil, code: String? = nil, status: Int? = nil,
    requestID: String? = nil, reason: String
  ) {
    self.kind = kind
    self.store = store
    self.name = name
    self.code = code
    self.status = status
    self.requestID = requestID
    self.reason = reason
  }

  /// The error as a sentence.
  public var description: String {
    let file = name.map { "the file \"\($0)\" in " } ?? ""
    let details = [
      code, status.map { "status \($0)" }, requestID.map { "request \($0)" },
    ].compactMap { $0 }.joined(separator: ", ")
    return "\(file)\(store): \(reason)" + (details.isEmpty ? "" : " (\(details))")
  }

  /// Whether other files of the store may fare better.
  var isAboutOneFile: Bool {
    switch kind {
    case .unavailable, .settings: false
    default: name != nil
    }
  }
}

/// The work was ended because its caller wished so: a task was cancelled, or a ``Executors/StopFlag`` set.
public struct FileWorkStopped: Error, Sendable, CustomStringConvertible {
  /// A sentence that says what to do.
  public var description: String { "stopped; run the same command again to go on" }
}
