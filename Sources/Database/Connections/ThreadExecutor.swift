internal import Executors
internal import Synchronization

/// Runs an actor's jobs one after the other on a thread of its own, where they may block.
final class ThreadExecutor: SerialExecutor {
  private struct Queue {
    var jobs: [UnownedJob] = []
    var isEnding = false
  }
  private let queue = Mutex(Queue())
  private let semaphore = Semaphore()

  /// Starts the thread, which lives until ``end()``.
  ///
  /// - Throws: `ThreadError` if the system refuses another thread.
  init(name: String) throws {
    try DedicatedThread(name: name) { [self] in work() }.detach()
  }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.withLock { $0.jobs.append(job) }
    semaphore.signal()
  }

  /// Ends the thread once it has no jobs left.
  func end() {
    queue.withLock { $0.isEnding = true }
    semaphore.signal()
  }

  private func work() {
    while true {
      semaphore.wait()
      let (jobs, isOver) = queue.withLock { queue in
        let jobs = queue.jobs
        queue.jobs.removeAll(keepingCapacity: true)
        return (jobs, queue.isEnding && jobs.isEmpty)
      }
      for job in jobs { job.runSynchronously(on: asUnownedSerialExecutor()) }
      // One more signal is under way for each job that was taken with an earlier one: those find nothing to do.
      if isOver { return }
    }
  }
}
