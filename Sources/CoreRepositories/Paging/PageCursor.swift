internal import Foundation

/// A place in a list: behind the row with this time and this key. Its text may go through a client and back.
public struct PageCursor: Sendable, Hashable, CustomStringConvertible {
  /// Microseconds since 1970.
  let microseconds: Int64
  let key: String

  init(_ time: Date, _ key: String) {
    microseconds = Int64((time.timeIntervalSince1970 * 1_000_000).rounded())
    self.key = key
  }

  /// Reads what ``description`` wrote.
  ///
  /// - Throws: ``RepositoryError/invalidCursor``.
  public init(_ text: String) throws(RepositoryError) {
    let standard = text.replacing("-", with: "+").replacing("_", with: "/")
    let padding = String(repeating: "=", count: (4 - standard.count % 4) % 4)
    guard let data = Data(base64Encoded: standard + padding), let plain = String(data: data, encoding: .utf8),
      let dot = plain.firstIndex(of: "."), let number = Int64(plain[..<dot]), dot != plain.indices.last
    else { throw .invalidCursor }
    microseconds = number
    key = String(plain[plain.index(after: dot)...])
  }

  var time: Date { Date(timeIntervalSince1970: Double(microseconds) / 1_000_000) }

  /// The cursor as text, fit for URLs.
  public var description: String {
    Data("\(microseconds).\(key)".utf8).base64EncodedString().replacing("+", with: "-").replacing(
      "/", with: "_"
    )
    .replacing("=", with: "")
  }
}
