internal import Testing
internal import XCTest

/// Who is told that an expectation isn't met.
public protocol TestReporter: Sendable {
  /// Fails the test that is running, at a line.
  ///
  /// - Parameter message: sentences that say what is wrong and what to do.
  func report(_ message: String, at place: TestPlace)
}

/// Records issues of Swift Testing.
public struct SwiftTestingReporter: TestReporter {
  public init() {}

  public func report(_ message: String, at place: TestPlace) {
    Issue.record(
      Comment(rawValue: message),
      sourceLocation: Testing.SourceLocation(
        fileID: place.fileID, filePath: place.filePath, line: max(1, place.line), column: max(1, place.column)
      ))
  }
}

/// Records failures of XCTest.
public struct XCTestReporter: TestReporter {
  public init() {}

  public func report(_ message: String, at place: TestPlace) {
    // XCTest keeps the path of a file for as long as the process runs, as it would that of a literal.
    let path = StaticPaths.path(place.filePath)
    XCTFail(message, file: path, line: UInt(max(1, place.line)))
  }
}

/// Asks which framework runs the test, and tells that one.
///
/// A thread that a test has started isn't known to belong to it. What goes wrong there is told to both frameworks: only the
/// one that runs hears it.
public struct AutomaticReporter: TestReporter {
  public init() {}

  public func report(_ message: String, at place: TestPlace) {
    SwiftTestingReporter().report(message, at: place)
    if Test.current == nil { XCTestReporter().report(message, at: place) }
  }
}

/// Which reporter the expectations use.
public enum Reporting {
  /// The reporter of the running task; another one for the time of a call with `Reporting.$reporter.withValue`.
  @TaskLocal public static var reporter: any TestReporter = AutomaticReporter()
}
