public import CommandLine

/// Messages for the operator, on standard error. Results of a command don't belong here.
public struct Log: Sendable {
  /// How much is said.
  public enum Level: Int, Sendable, Comparable {
    /// Errors and warnings.
    case quiet
    /// What happens, too.
    case normal
    /// Details that help to find a fault.
    case verbose

    public static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// How much is said.
  public let level: Level
  private let style: ANSIStyle
  private let write: @Sendable (String) -> Void

  /// A log whose lines go to `write`, each without its newline.
  public init(level: Level, style: ANSIStyle, write: @escaping @Sendable (String) -> Void) {
    self.level = level
    self.style = style
    self.write = write
  }

  /// A log on standard error.
  public init(level: Level, style: ANSIStyle) {
    self.init(level: level, style: style, write: { Terminal.write($0 + "\n", to: 2) })
  }

  /// A log whose lines go above a live progress line.
  public init(level: Level, style: ANSIStyle, above progress: ProgressReporter) {
    self.init(level: level, style: style, write: { progress.note($0) })
  }

  /// What failed. Always said.
  public func error(_ message: String) {
    write("\(style.boldRed("error:")) \(message)")
  }

  /// What needs a look though work goes on. Always said.
  public func warn(_ message: String) {
    write("\(style.yellow("warning:")) \(message)")
  }

  /// What happens. Not said with `--quiet`.
  public func info(_ message: @autoclosure () -> String) {
    if level >= .normal { write(message()) }
  }

  /// A detail. Only said with `--verbose`.
  public func debug(_ message: @autoclosure () -> String) {
    if level >= .verbose { write(style.dim("debug: \(message())")) }
  }
}
