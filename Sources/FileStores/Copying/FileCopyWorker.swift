internal import Executors

/// Copies one file after the other, on one thread.
struct FileCopyWorker {
  let copy: FileCopy
  let memory: CopyMemory?
  let stop: StopFlag

  enum Outcome {
    case unchanged
    case copied(bytes: Int, isOver: Bool)
    case differs(String)
  }

  private var source: any BlockingFileStore { copy.source }
  private var destination: any BlockingFileStore { copy.destination }

  /// Brings one file to the destination, if it isn't there.
  func copy(_ file: FileInfo) throws -> Outcome {
    let there = try destination.find(file.name, stop: stop)
    if let there {
      if try isKnown(file, there) { return .unchanged }
      let reason = try difference(file, there)
      if reason == nil { return .unchanged }
      if let reason, !copy.overwrites { return .differs(reason) }
    }
    if copy.isDry { return .copied(bytes: file.size, isOver: there != nil) }
    let written: FileInfo
    do {
      written = try send(file, there == nil ? .onlyNew : .replacing)
    } catch let error as FileStoreError where error.kind == .exists && there == nil {
      // Somebody else has written it since we looked: that's for the next look.
      guard let there = try destination.find(file.name, stop: stop) else { throw error }
      return try difference(file, there).map { .differs($0) } ?? .unchanged
    }
    try verify(file, written)
    return .copied(bytes: written.size, isOver: there != nil)
  }

  /// Whether both files are as they were when an earlier run had verified them.
  private func isKnown(_ file: FileInfo, _ there: FileInfo) throws -> Bool {
    guard let known = try memory?.recall(file.name) else { return false }
    return known.size == file.size && known.size == there.size && known.sourceStamp == file.stamp
      && known.destinationStamp == there.stamp
  }

  /// How the files differ; nil if they have the same bytes, which is remembered.
  private func difference(_ file: FileInfo, _ there: FileInfo) throws -> String? {
    guard file.size == there.size else {
      return "it has \(file.size) bytes, and \(there.size) at the destination"
    }
    let own = try source.readDigest(file.name, stop: stop)
    let other = try destination.readDigest(file.name, stop: stop)
    guard own == other else { return "it has the SHA-256 \(own), and \(other) at the destination" }
    if !copy.isDry { try remember(file, there, own) }
    return nil
  }

  private func send(_ file: FileInfo, _ writing: FileWriting) throws -> FileInfo {
    if let open = try source.open(file.name) {
      return try destination.write(file.name, writing, from: open, stop: stop)
    }
    return try destination.write(file.name, writing, stop: stop) { sink in
      _ = try source.read(file.name, stop: stop, into: sink)
    }
  }

  /// Reads the copy back, and looks whether the source is still what was copied.
  private func verify(_ file: FileInfo, _ written: FileInfo) throws {
    let found = try destination.readDigest(file.name, stop: stop)
    guard found == written.digest else {
      throw FileStoreError(
        .damaged, store: destination.location, name: file.name,
        reason:
          "what was written reads back with another SHA-256; run it again, and look at the destination's disk or server"
      )
    }
    guard let now = try source.find(file.name, stop: stop), now.size == written.size, now.stamp == file.stamp
    else {
      throw FileStoreError(
        .damaged, store: source.location, name: file.name,
        reason:
          "it was changed while it was copied; the copy is of what it was, and another run tells how they differ"
      )
    }
    try remember(file, written, found)
  }

  private func remember(_ file: FileInfo, _ there: FileInfo, _ digest: String) throws {
    try memory?.remember(
      file.name,
      CopyMemory.Entry(
        size: file.size, digest: digest, sourceStamp: file.stamp, destinationStamp: there.stamp))
  }
}
