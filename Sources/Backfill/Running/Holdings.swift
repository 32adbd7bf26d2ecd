internal import Catalog
internal import Foundation

/// What the workers of this process hold of a run, so that what they don't know of can be told from it.
///
/// A lease whose answer was lost with its connection is this member's by the tables, and the member lives: without another
/// look nobody would ever work on it, and the run would wait for it for ever.
///
/// `@unchecked Sendable`: every stored property is touched only while `condition` is locked.
final class Holdings: @unchecked Sendable {
  private let condition = NSCondition()
  private var chunks: [String: ChunkLease] = [:]
  private var completions: Set<String> = []
  /// Workers that are about to hold more.
  private var leasing = 0
  /// Whether somebody compares this with the tables: nobody leases meanwhile.
  private var isBeingChecked = false

  /// Runs `body`, and holds the chunk that it leases.
  func leasing(_ body: () throws -> ChunkLease?) throws -> ChunkLease? {
    try adding {
      let lease = try body()
      if let lease { change { chunks[Self.key(lease)] = lease } }
      return lease
    }
  }

  /// Runs `body`, and holds the completion that it leases.
  func leasingCompletion(
    _ body: () throws -> (entity: String, fence: Int)?
  ) throws -> (entity: String, fence: Int)? {
    try adding {
      let completion = try body()
      if let completion { change { completions.insert(completion.entity) } }
      return completion
    }
  }

  /// Says that no worker has the chunk any more, whatever the tables say.
  func letGo(of lease: ChunkLease) {
    change { if chunks[Self.key(lease)]?.fence == lease.fence { chunks[Self.key(lease)] = nil } }
  }

  /// Says that no worker has the completion any more.
  func letGo(completion entity: String) { change { completions.remove(entity) } }

  /// Gives back what is the member's by the tables and nobody's here.
  func releaseStrays(_ catalog: Catalog, _ run: Run, of member: Member) throws {
    condition.lock()
    while isBeingChecked || leasing > 0 { condition.wait() }
    isBeingChecked = true
    let (chunks, completions) = (chunks.values.map { ($0.entity, $0.chunk.number) }, Array(completions))
    condition.unlock()
    defer { change { isBeingChecked = false } }
    try catalog.releaseStrays(run, of: member, chunks: chunks, completions: completions)
  }

  private func adding<T>(_ body: () throws -> T) throws -> T {
    condition.lock()
    while isBeingChecked { condition.wait() }
    leasing += 1
    condition.unlock()
    defer { change { leasing -= 1 } }
    return try body()
  }

  private func change(_ body: () -> Void) {
    condition.lock()
    body()
    condition.broadcast()
    condition.unlock()
  }

  private static func key(_ lease: ChunkLease) -> String { "\(lease.chunk.number) \(lease.entity)" }
}
