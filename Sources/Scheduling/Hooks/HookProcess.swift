internal import Executors
internal import Glibc

/// A program in a process group of its own, fed from memory and read into memory.
struct HookProcess: ~Copyable {
  enum Ending: Equatable {
    case exit(Int32)
    case signal(Int32)
    /// It was ended at its limit.
    case limit
  }

  struct Outcome {
    var ending: Ending
    /// The first bytes of standard output and standard error.
    var output: [UInt8]
    /// Bytes after those.
    var dropped: Int
  }

  /// Seconds between the signal that asks a program to end and the one that ends it.
  private static let grace = 2.0

  private let process: pid_t
  private var input: Int32
  private let output: Int32

  /// Starts it. It gets no open file of ours, and no ignored or blocked signal.
  init(_ command: [String], environment: [String: String]) throws(HookFailure) {
    let (theirInput, ourInput) = try Self.pipe()
    let (ourOutput, theirOutput) = try Self.pipe()
    defer {
      close(theirInput)
      close(theirOutput)
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, theirInput, 0)
    posix_spawn_file_actions_adddup2(&actions, theirOutput, 1)
    posix_spawn_file_actions_adddup2(&actions, theirOutput, 2)
    for descriptor in OpenFiles.besidesStandard() { posix_spawn_file_actions_addclose(&actions, descriptor) }

    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var signals = sigset_t()
    sigemptyset(&signals)
    posix_spawnattr_setsigmask(&attributes, &signals)
    sigfillset(&signals)
    posix_spawnattr_setsigdefault(&attributes, &signals)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    let arguments = command.map { strdup($0) }
    let variables = environment.map { strdup("\($0.key)=\($0.value)") }
    defer { for text in arguments + variables { free(text) } }
    var started = pid_t()
    let code = posix_spawn(&started, command[0], &actions, &attributes, arguments + [nil], variables + [nil])
    guard code == 0 else {
      close(ourInput)
      close(ourOutput)
      throw HookFailure("\(command[0]) can't be run: \(String(cString: strerror(code)))")
    }
    process = started
    input = ourInput
    output = ourOutput
    for descriptor in [ourInput, ourOutput] {
      _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }
  }

  /// Feeds it, reads what it prints, and waits for its end, or ends it.
  ///
  /// A program needn't read its input. What it leaves running in the background is let be, unless it was ended.
  consuming func finish(input bytes: [UInt8], limit: Double, kept: Int) -> Outcome {
    var outcome = Outcome(ending: .limit, output: [], dropped: 0)
    let begun = ContinuousClock.now
    var isTold = false
    var fed = 0
    while true {
      feed(bytes, &fed)
      read(into: &outcome, kept: kept)
      var status: Int32 = 0
      let ended = waitpid(process, &status, WNOHANG)
      if ended == process || (ended == -1 && errno != EINTR) {
        if !isTold {
          let signal = status & 0x7F
          outcome.ending = signal == 0 ? .exit(status >> 8 & 0xFF) : .signal(signal)
        }
        break
      }
      let seconds = begun.duration(to: .now) / .seconds(1)
      if seconds > limit, !isTold {
        kill(-process, SIGTERM)
        isTold = true
      }
      if seconds > limit + Self.grace { kill(-process, SIGKILL) }
      waitForNews(wantsToWrite: fed < bytes.count)
    }
    // The shell may have gone at the signal while what it had started stays.
    if isTold { kill(-process, SIGKILL) }
    read(into: &outcome, kept: kept)
    if input >= 0 { close(input) }
    close(output)
    return outcome
  }

  /// Writes what there is room for; closes its end when all is written, or nobody reads.
  private mutating func feed(_ bytes: [UInt8], _ fed: inout Int) {
    while input >= 0 {
      let written = bytes.withUnsafeBytes { bytes in
        let rest = UnsafeRawBufferPointer(rebasing: bytes[fed...])
        return rest.isEmpty ? 0 : Self.writeQuietly(input, rest)
      }
      if written > 0 { fed += written }
      if written < 0, errno == EAGAIN { return }
      if written < 0, errno == EINTR { continue }
      if written < 0 || fed == bytes.count {
        fed = bytes.count
        close(input)
        input = -1
      }
    }
  }

  /// Writes without the signal that a pipe raises when nobody reads it, whatever the process does with that.
  private static func writeQuietly(_ pipe: Int32, _ bytes: UnsafeRawBufferPointer) -> Int {
    var signals = sigset_t()
    var before = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGPIPE)
    pthread_sigmask(SIG_BLOCK, &signals, &before)
    let count = Glibc.write(pipe, bytes.baseAddress, bytes.count)
    let error = errno
    if count < 0, error == EPIPE {
      // It waits for this thread alone: taken out, or it would come as soon as it isn't blocked any more.
      var now = timespec()
      while sigtimedwait(&signals, nil, &now) == -1 && errno == EINTR {}
    }
    pthread_sigmask(SIG_SETMASK, &before, nil)
    errno = error
    return count
  }

  private func read(into outcome: inout Outcome, kept: Int) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = Glibc.read(output, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return }
      let taken = min(count, kept - outcome.output.count)
      outcome.output += buffer[..<taken]
      outcome.dropped += count - taken
    }
  }

  /// Waits a moment, or until a pipe can be read or written.
  private func waitForNews(wantsToWrite: Bool) {
    var pipes = [pollfd(fd: output, events: Int16(POLLIN), revents: 0)]
    if wantsToWrite, input >= 0 { pipes.append(pollfd(fd: input, events: Int16(POLLOUT), revents: 0)) }
    poll(&pipes, nfds_t(pipes.count), 20)
    // An output that is closed early would make each poll return at once.
    if pipes[0].revents & Int16(POLLHUP) != 0, pipes[0].revents & Int16(POLLIN) == 0 { usleep(5000) }
  }

  private static func pipe() throws(HookFailure) -> (read: Int32, write: Int32) {
    var ends: [Int32] = [-1, -1]
    guard Glibc.pipe(&ends) == 0 else {
      throw HookFailure("no pipe to it can be made: \(String(cString: strerror(errno)))")
    }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    return (ends[0], ends[1])
  }
}
