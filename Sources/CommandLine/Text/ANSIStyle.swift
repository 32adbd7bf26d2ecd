/// Colours and weights for a terminal; every text comes back unchanged when the style is off.
public struct ANSIStyle: Sendable, Equatable {
  /// Whether escape sequences are written.
  public var isEnabled: Bool

  /// A style that is on or off.
  public init(isEnabled: Bool) {
    self.isEnabled = isEnabled
  }

  /// Decides for one stream: on for a terminal, unless `--no-color`, a `NO_COLOR` that isn't empty, or
  /// `TERM=dumb` says otherwise.
  public init(isTerminal: Bool, environment: [String: String], noColor: Bool) {
    let refused = !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
    self.isEnabled = isTerminal && !noColor && !refused
  }

  /// The text in bold.
  public func bold(_ text: String) -> String { wrap(text, "1") }
  /// The text in a fainter tone.
  public func dim(_ text: String) -> String { wrap(text, "2") }
  /// The text in red: what failed.
  public func red(_ text: String) -> String { wrap(text, "31") }
  /// The text in green: what is well.
  public func green(_ text: String) -> String { wrap(text, "32") }
  /// The text in yellow: what needs a look.
  public func yellow(_ text: String) -> String { wrap(text, "33") }
  /// The text in bold red: the word `error:`.
  public func boldRed(_ text: String) -> String { wrap(text, "1;31") }

  private func wrap(_ text: String, _ code: String) -> String {
    isEnabled && !text.isEmpty ? "\u{1B}[\(code)m\(text)\u{1B}[0m" : text
  }
}
