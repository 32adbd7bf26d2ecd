internal import Foundation
internal import Synchronization

/// Appends observations to a file, one JSON object a line. `kedge guard report --from FILE` reads it.
///
/// Each batch is appended by one write, so that several programs may share a file. Its first line says who observed what and
/// how long; one line for each observation follows. A batch that is offered again after an error may stand there twice, with
/// the same `batch`: readers count it once.
public final class JSONLinesSink: ObservationSink {
  private let path: String
  private let lock = Mutex(())

  /// - Throws: if the file can't be written.
  public init(path: String) throws {
    self.path = path
    try append([])
  }

  /// Appends a batch, and waits until it is on the disk.
  public func write(_ batch: ObservationBatch) throws {
    try lock.withLock { _ in try append(Array(ObservationLines.text(of: batch).utf8)) }
  }

  private func append(_ bytes: [UInt8]) throws {
    let file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
    guard file >= 0 else { throw JSONLinesError(path: path, systemError: errno) }
    defer { close(file) }
    var rest = bytes[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Foundation.write(file, $0.baseAddress, $0.count) }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { throw JSONLinesError(path: path, systemError: errno) }
      rest = rest.dropFirst(count)
    }
    // A terminal or a pipe can't, and needn't.
    guard fsync(file) == 0 || errno == EINVAL else { throw JSONLinesError(path: path, systemError: errno) }
  }
}

/// A file of observations that can't be written or read.
public struct JSONLinesError: Error, Sendable, CustomStringConvertible {
  /// The file.
  public let path: String
  /// The system's error number.
  public let systemError: Int32

  /// The error as a sentence that says what to do.
  public var description: String {
    "Observations can't be written to \"\(path)\" (\(String(cString: strerror(systemError)))); name a file in a folder that"
      + " this program may write to."
  }
}
