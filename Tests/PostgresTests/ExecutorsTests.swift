import Executors
import Glibc
import Synchronization
import Testing

@Suite struct ExecutorsTests {
  struct Fault: Error, Equatable {
    var number: Int
  }

  @Test func runsOnAThreadOfItsOwnWithADeepStack() async throws {
    @Sendable func depth(_ left: Int) -> Int {
      var filler = (left, left, left, left, left, left, left, left)
      return withUnsafeMutablePointer(to: &filler) { left == 0 ? $0.pointee.0 : 1 + depth(left - 1) }
    }
    #expect(try await BlockingThread.run(name: "deep") { depth(40_000) } == 40_000)
    await #expect(throws: Fault(number: 1)) { try await BlockingThread.run { throw Fault(number: 1) } }
  }

  /// What a C library cleans up at a thread's end, and how often it did.
  private static let cleaned = Atomic<Int>(0)

  @Test func returnsWhenItsThreadHasEnded() async throws {
    var key = pthread_key_t()
    pthread_key_create(&key) { _ in
      // As long as a slow library would take: a caller that doesn't wait is away by then.
      usleep(50_000)
      ExecutorsTests.cleaned.add(1, ordering: .sequentiallyConsistent)
    }
    defer { pthread_key_delete(key) }
    let value = key
    try await BlockingThread.run { _ = pthread_setspecific(value, UnsafeRawPointer(bitPattern: 1)) }
    #expect(Self.cleaned.load(ordering: .sequentiallyConsistent) == 1)
  }

  @Test func runsAllBodiesAtOnceAndKeepsTheirOrder() throws {
    // Each waits for all the others, so they must really run at once.
    let arrived = Atomic<Int>(0)
    let stop = StopFlag()
    let squares = try parallel(8, name: "square", stop: stop) { index in
      arrived.add(1, ordering: .relaxed)
      while arrived.load(ordering: .relaxed) < 8 { sched_yield() }
      return index * index
    }
    #expect(squares == [0, 1, 4, 9, 16, 25, 36, 49])
    #expect(!stop.isSet)
    #expect(try parallel(0, name: "none", stop: stop) { $0 }.isEmpty)
  }

  @Test func theFirstErrorStopsTheOthers() throws {
    let stop = StopFlag()
    let ended = Atomic<Int>(0)
    #expect(throws: Fault(number: 3)) {
      try parallel(4, name: "fail", stop: stop) { index in
        defer { ended.add(1, ordering: .relaxed) }
        if index == 3 { throw Fault(number: 3) }
        while !stop.isSet { sched_yield() }
        if index == 2 { throw Fault(number: 2) }
      }
    }
    #expect(stop.isSet)
    #expect(ended.load(ordering: .relaxed) == 4)
  }

  @Test func runsActionsOnce() {
    let stop = StopFlag()
    let ran = Mutex<[String]>([])
    stop.onSet { ran.withLock { $0.append("first") } }
    let removed = stop.onSet { ran.withLock { $0.append("removed") } }
    removed.remove()
    stop.set()
    stop.set()
    stop.onSet { ran.withLock { $0.append("late") } }
    #expect(ran.withLock { $0 } == ["first", "late"])
  }

  @Test func theFirstSignalStopsAndTheSecondEnds() async {
    await #expect(processExitsWith: .exitCode(130)) {
      let stop = StopFlag.onInterrupt()
      let wasRun = Atomic(false)
      stop.onSet { wasRun.store(true, ordering: .sequentiallyConsistent) }
      kill(getpid(), SIGINT)
      while !wasRun.load(ordering: .sequentiallyConsistent) { sched_yield() }
      guard stop.isSet else { exit(1) }
      kill(getpid(), SIGTERM)
      while true { sched_yield() }
    }
  }
}
