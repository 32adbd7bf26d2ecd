internal import Foundation

/// Addresses of machines, as Postgres' `inet` writes them, so that both backends hold the same text.
enum InternetAddress {
  /// - Returns: nil for what is no IPv4 or IPv6 address, and for a whole network.
  static func normalized(_ text: String) -> String? {
    let text = InputText.trimmed(text)
    // What is behind a NUL wouldn't be looked at.
    guard !text.utf8.contains(0) else { return nil }
    for family in [AF_INET, AF_INET6] {
      var bytes = in6_addr()
      guard inet_pton(family, text, &bytes) == 1 else { continue }
      var form = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
      guard inet_ntop(family, &bytes, &form, socklen_t(form.count)) != nil else { return nil }
      return String(decoding: form.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }
    return nil
  }
}
