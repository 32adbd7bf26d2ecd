internal import Codec
internal import Executors
internal import Foundation

/// Reads a cursor's documents on a thread of its own, so that the server looks for the next ones while those before are
/// being worked on: the driver asks for a batch only when the one before is used up.
///
/// The documents are the cursor's, each once and in their order, and then its end or its error. Memory holds
/// ``limit`` of them and one document more, beside the driver's own batch. Batches are asked for by their number of
/// documents, so that each is to have about ``batchBytes`` going by the one before: a request costs the server as much as
/// hundreds of small documents, and of large ones the server would send 16 MB.
///
/// `@unchecked Sendable`: `ready`, `spare`, `held`, `isResting`, `isClosed` and `end` are touched only while `condition` is locked, a
/// block only by the side that has taken it out of those, `handle` only by the thread that reads (and by nobody before it
/// has begun or after it was joined), and what is left only by the owner.
final class MongoReadAhead: @unchecked Sendable {
  /// Documents, one after another.
  private typealias Block = KeptBuffer

  /// Bytes that are handed over at once.
  private static let blockSize = 128 << 10
  /// Bytes, and blocks, that wait to be worked on. Reading rests when there are so many, until they are half as many: two
  /// threads that take turns at every block would wake each other more often than they work.
  private static let limit = (bytes: 1 << 20, blocks: 16)
  /// Bytes of documents that the server should send at once.
  private static let batchBytes = 1 << 20
  /// Documents that it should send at most, however small.
  private static let largestBatch = 50_000

  private let handle: MongoCursorHandle
  private let firstBatch: Int

  private let condition = NSCondition()
  private var ready: [Block] = []
  private var spare: [Block] = []
  private var held = 0
  private var isResting = false
  private var isClosed = false
  private var end: Result<Void, any Error>?

  // The owner's alone.
  private var thread: DedicatedThread?
  private var hasBegun = false
  private var current: Block?
  // Of the current block what isn't read yet: so that no document asks for the block itself.
  private var start: UnsafeRawPointer?
  private var offset = 0
  private var count = 0

  /// - Parameter batch: Documents that the server was asked to send at first.
  init(_ handle: MongoCursorHandle, batch: Int) {
    self.handle = handle
    firstBatch = max(1, batch)
  }

  // MARK: The owner's side

  /// The next document, valid until the next call; nil at the end.
  ///
  /// - Throws: `MongoError`, behind all documents that the server sent, and each time again; `ThreadError`.
  func next() throws -> UnsafeRawBufferPointer? {
    if !hasBegun { try begin() }
    while true {
      if offset < count, let start {
        // The driver has checked the length that the document begins with.
        let length = Int(Int32(littleEndian: (start + offset).loadUnaligned(as: Int32.self)))
        defer { offset += length }
        return UnsafeRawBufferPointer(start: start + offset, count: length)
      }
      guard try take() else { return nil }
    }
  }

  /// Ends the reading, and waits until it has ended: the driver's client is nobody else's afterwards.
  func close() {
    condition.lock()
    isClosed = true
    condition.broadcast()
    condition.unlock()
    thread?.join()
    thread = nil
    hasBegun = true
    (current, ready) = (nil, [])
    (start, offset, count) = (nil, 0, 0)
  }

  private static func newBlock() -> Block { Block(capacity: blockSize + 4096) }

  private func begin() throws {
    thread = try DedicatedThread(name: "kedge-ahead") { [self] in read() }
    hasBegun = true
  }

  /// Gives the block back that is used up, and takes the next one.
  private func take() throws -> Bool {
    condition.lock()
    defer { condition.unlock() }
    if let block = current {
      held -= block.bytes.count
      block.buffer.removeAll()
      // One document of 16 MB shouldn't be kept for by every block afterwards.
      block.buffer.shrink(to: 2 * Self.blockSize)
      spare.append(block)
      current = nil
    }
    (start, offset, count) = (nil, 0, 0)
    if isResting, !isHalfFull { condition.signal() }
    while ready.isEmpty, end == nil, !isClosed { condition.wait() }
    if !ready.isEmpty {
      let block = ready.removeFirst()
      (current, start, count) = (block, block.bytes.baseAddress, block.bytes.count)
      return true
    }
    try end?.get()
    return false
  }

  // MARK: The thread's side

  private func read() {
    var block = Self.newBlock()
    var (count, bytes, batch) = (0, 0, firstBatch)
    do {
      while let document = try handle.next() {
        block.buffer.append(document)
        count += 1
        bytes += document.count
        // What is there is handed over before the server is asked for more.
        let isBatch = count == batch
        if isBatch || block.bytes.count >= Self.blockSize {
          guard let next = hand(over: block) else { return }
          block = next
        }
        // Of large documents the server sends 16 MB before there are so many.
        if isBatch || bytes >= 2 * Self.batchBytes {
          batch = max(1, min(Self.largestBatch, Self.batchBytes / max(1, bytes / count)))
          handle.setBatch(batch)
          (count, bytes) = (0, 0)
        }
      }
      finish(block, .success(()))
    } catch {
      finish(block, .failure(error))
    }
  }

  /// Hands a block over and waits for room.
  ///
  /// - Returns: an empty one; nil if nobody wants any more.
  private func hand(over block: Block) -> Block? {
    condition.lock()
    defer { condition.unlock() }
    ready.append(block)
    held += block.bytes.count
    condition.signal()
    if held >= Self.limit.bytes || ready.count >= Self.limit.blocks {
      isResting = true
      while isHalfFull, !isClosed { condition.wait() }
      isResting = false
    }
    return isClosed ? nil : spare.popLast() ?? Self.newBlock()
  }

  private var isHalfFull: Bool { held > Self.limit.bytes / 2 || ready.count > Self.limit.blocks / 2 }

  private func finish(_ block: Block, _ outcome: Result<Void, any Error>) {
    condition.lock()
    if block.bytes.count > 0 {
      ready.append(block)
      held += block.bytes.count
    }
    end = outcome
    condition.signal()
    condition.unlock()
  }
}
