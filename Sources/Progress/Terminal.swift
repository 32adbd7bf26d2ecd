internal import Glibc

/// What is known of the terminal behind a file descriptor.
public enum Terminal {
  /// The width that texts get when nobody knows a better one.
  public static let usualWidth = 80

  /// Whether the descriptor is a terminal: 1 is standard output, 2 standard error.
  public static func isTerminal(_ descriptor: Int32) -> Bool {
    isatty(descriptor) == 1
  }

  /// The number of columns; `nil` when the descriptor is no terminal or doesn't say.
  public static func width(_ descriptor: Int32) -> Int? {
    var size = winsize()
    guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
    return Int(size.ws_col)
  }

  /// Writes the whole text to the descriptor. A stream that can't be written to, such as a closed pipe, is
  /// let be: what is told there is never the only record of anything.
  public static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var position = 0
      while position < bytes.count {
        let rest = UnsafeBufferPointer(rebasing: bytes[position...])
        let written = Glibc.write(descriptor, rest.baseAddress, rest.count)
        if written > 0 {
          position += written
        } else if written == 0 || errno != EINTR {
          return
        }
      }
    }
  }
}
