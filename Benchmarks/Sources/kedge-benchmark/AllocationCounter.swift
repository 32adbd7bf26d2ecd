import CAllocations

/// Counts how often this thread asks for memory, whoever in it does.
struct AllocationCounter {
  /// - Throws: if the count doesn't count, for then zero would mean nothing.
  init() throws {
    let before = count()
    var kept: [[UInt8]] = []
    for size in 1...10 { kept.append([UInt8](repeating: 0, count: size * 1000)) }
    guard kept.count == 10, count() - before >= 10 else {
      throw BenchmarkError("Allocations aren't counted here; is this program linked against glibc?")
    }
  }

  /// Of this thread, since it began.
  func count() -> UInt64 { kedge_allocations() }
}
