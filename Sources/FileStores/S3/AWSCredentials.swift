/// The key that requests to S3 are signed with. Never shown.
public struct AWSCredentials: Sendable, CustomStringConvertible, CustomReflectable {
  let accessKey: String
  let secretKey: String
  let sessionToken: String?

  /// - Parameters:
  ///   - accessKey: `AWS_ACCESS_KEY_ID`.
  ///   - secretKey: `AWS_SECRET_ACCESS_KEY`.
  ///   - sessionToken: `AWS_SESSION_TOKEN`, which goes with keys that are valid for a while.
  public init(accessKey: String, secretKey: String, sessionToken: String? = nil) {
    self.accessKey = accessKey
    self.secretKey = secretKey
    self.sessionToken = sessionToken
  }

  /// Takes them from `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY` and `AWS_SESSION_TOKEN`.
  ///
  /// - Throws: ``FileStoreError`` if one is missing.
  public init(environment: [String: String]) throws {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    guard let accessKey = value("AWS_ACCESS_KEY_ID"), let secretKey = value("AWS_SECRET_ACCESS_KEY") else {
      throw FileStoreError(
        .settings, store: "s3",
        reason: "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (and AWS_SESSION_TOKEN, if there is one)")
    }
    // A line break would begin another header.
    for (name, text) in [
      ("AWS_ACCESS_KEY_ID", accessKey), ("AWS_SESSION_TOKEN", value("AWS_SESSION_TOKEN") ?? ""),
    ]
    where text.utf8.contains(where: { $0 <= 32 || $0 == 127 }) {
      throw FileStoreError(
        .settings, store: "s3", reason: "\(name) holds a space or a line break; give it without")
    }
    self.init(accessKey: accessKey, secretKey: secretKey, sessionToken: value("AWS_SESSION_TOKEN"))
  }

  /// Says nothing of the key.
  public var description: String { "credentials" }
  /// Shows nothing of the key, not even to `dump`.
  public var customMirror: Mirror { Mirror(self, children: [:]) }

  /// The text without the secrets, should a server have repeated one.
  func redacted(_ text: String) -> String {
    var text = text
    for secret in [secretKey, sessionToken].compactMap({ $0 }) where !secret.isEmpty {
      text = text.split(separator: secret, omittingEmptySubsequences: false).joined(separator: "***")
    }
    return text
  }
}
