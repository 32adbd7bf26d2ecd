public import Executors
internal import Synchronization

/// Copies the files of one store to another, once: what is there already and the same isn't sent again, what is there and
/// differs is left and told, and every file that was written is read back and compared by its SHA-256.
///
/// Nothing of the source is ever changed. Killed anywhere, and run again, it comes to the same end.
public struct FileCopy: Sendable {
  /// Where the files are.
  public var source: any BlockingFileStore
  /// Where they go.
  public var destination: any BlockingFileStore
  /// The folders (prefixes) that are copied; empty for everything.
  public var stores: [String] = []
  /// Whether nothing is written.
  public var isDry = false
  /// Whether files at the destination that differ are replaced.
  public var overwrites = false
  /// How many files are copied at a time.
  public var workers = 4
  /// Ends the copying early; it can be taken up again.
  public var stop: StopFlag
  /// Makes each thread's memory of what was copied before; nil where there is none.
  public var memory: (@Sendable () throws -> CopyMemory)?
  /// Gets the figures after each file, from any thread.
  public var progress: @Sendable (FileCopyReport) -> Void = { _ in }

  /// - Parameters:
  ///   - source: where the files are.
  ///   - destination: where they go.
  public init(
    from source: any BlockingFileStore, to destination: any BlockingFileStore, stop: StopFlag = StopFlag()
  ) {
    self.source = source
    self.destination = destination
    self.stop = stop
  }

  /// Copies.
  ///
  /// - Returns: what was done; problems of single files are in it.
  /// - Throws: ``FileStoreError`` when one of the stores can't be used at all, ``FileWorkStopped``, or what the memory throws.
  public func run() throws -> FileCopyReport {
    let tally = Tally(progress)
    if !isDry {
      let abandoned = try destination.removeAbandoned(stop: stop)
      tally.update { $0.abandoned = abandoned }
    }
    let queue = FileQueue<FileInfo>(limit: max(1, workers) * 64)
    // An error of one thread sets the flag, and mustn't stop what the caller does besides.
    let ended = StopFlag()
    let registration = stop.onSet { ended.set() }
    defer { registration.remove() }
    let closing = ended.onSet { queue.close() }
    defer { closing.remove() }
    _ = try parallel(max(1, workers) + 1, name: "files", stop: ended) { number in
      if number == 0 {
        defer { queue.close() }
        try fill(queue, tally, ended)
        return
      }
      let worker = FileCopyWorker(copy: self, memory: try memory?(), stop: ended)
      while !ended.isSet, let file = queue.next() {
        try one(file, worker, tally)
      }
    }
    if stop.isSet { throw FileWorkStopped() }
    return tally.report
  }

  private func fill(_ queue: FileQueue<FileInfo>, _ tally: Tally, _ ended: StopFlag) throws {
    for prefix in stores.isEmpty ? [""] : stores.map({ $0 + "/" }) {
      try source.walk(
        prefix: prefix, after: nil, stop: ended,
        skipped: { error in tally.update { $0.fails(error.name ?? "", error.reason) } },
        visit: { queue.put($0) })
    }
  }

  private func one(_ file: FileInfo, _ worker: FileCopyWorker, _ tally: Tally) throws {
    do {
      let outcome = try worker.copy(file)
      tally.update { report in
        switch outcome {
        case .unchanged: report.unchanged += 1
        case .copied(let bytes, let isOver):
          report.copied += 1
          report.bytes += bytes
          if isOver { report.overwritten += 1 }
        case .differs(let reason): report.differs(file.name, reason)
        }
      }
    } catch let error as FileStoreError where error.isAboutOneFile {
      tally.update { $0.fails(file.name, error.description) }
    }
  }

  /// The report as it grows.
  private final class Tally: Sendable {
    private let state = Mutex(FileCopyReport())
    private let progress: @Sendable (FileCopyReport) -> Void

    init(_ progress: @escaping @Sendable (FileCopyReport) -> Void) { self.progress = progress }

    var report: FileCopyReport { state.withLock { $0 } }

    func update(_ change: (inout FileCopyReport) -> Void) {
      state.withLock { change(&$0) }
      progress(report)
    }
  }
}
