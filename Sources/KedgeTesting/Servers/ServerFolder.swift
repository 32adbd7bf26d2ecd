internal import Foundation
internal import Glibc
internal import LocalPostgres
internal import Synchronization

/// The folder of a temporary server, with a guardian: a small shell that waits for our end, of whatever kind, and then stops the
/// server and removes the folder. Should the guardian be killed, too, the next run does it: see ``removeAbandoned(in:)``.
final class ServerFolder: Sendable {
  let path: String
  private let guardian: SpawnedProgram
  private let lifeline: Int32
  /// Held as long as we live, by the file's own lock: whoever gets it knows that we don't.
  private let lock: Int32

  /// - Parameter kind: a short word for the folder's name.
  init(_ kind: String) throws {
    let base = try Self.base()
    (path, lock) = try Self.whileAlone(in: base) {
      Self.removeAbandoned(in: base)
      // Short, as a Unix socket's path may have 107 bytes at most.
      let path = base + "/\(kind)-\(getpid())-\(UInt32.random(in: 0 ... .max))"
      guard mkdir(path, 0o711) == 0 else { throw Self.failure("make the folder \(path)") }
      let lock = open(path + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
      guard lock >= 0, flock(lock, LOCK_EX | LOCK_NB) == 0 else { throw Self.failure("lock \(path)") }
      return (path, lock)
    }
    var ends: [Int32] = [-1, -1]
    // Closed for every program that we, or the code under test, start: one that held it would keep the server alive.
    let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
    guard socketpair(AF_UNIX, type, 0, &ends) == 0 else { throw Self.failure("make a pair of sockets") }
    defer { close(ends[0]) }
    lifeline = ends[1]
    guardian = try SpawnedProgram(
      ["/bin/sh", "-c", Self.script, "guardian", path], input: ends[0], log: "/dev/null")
    Self.endAtExit(lifeline, guardian)
  }

  /// Tells the guardian whom to end.
  ///
  /// - Parameter signal: by which the server stops at once: `QUIT` for Postgres, else `KILL`.
  func guards(_ process: pid_t, signal: String) throws {
    try "\(process) \(signal)\n".write(toFile: path + "/pid", atomically: true, encoding: .utf8)
  }

  /// Makes a folder in it that belongs to the servers' account.
  func makeFolder(_ name: String, for account: ServerAccount) throws -> String {
    let folder = path + "/" + name
    guard mkdir(folder, 0o700) == 0, chown(folder, account.user, account.group) == 0 else {
      throw Self.failure("make the folder \(folder)")
    }
    return folder
  }

  /// A process' number may have passed to another by now: its command line has to name the folder.
  private static let script = #"""
    while read -r line; do :; done
    if [ -s "$1/pid" ]; then
      read -r pid signal <"$1/pid"
      runs() { tr '\0' ' ' <"/proc/$pid/cmdline" 2>/dev/null | grep -qF "$1/"; }
      if runs "$1"; then
        kill "-$signal" "$pid"
        tries=0
        while runs "$1" && [ "$tries" -lt 200 ]; do sleep 0.02; tries=$((tries + 1)); done
        ! runs "$1" || kill -KILL "$pid"
      fi
    fi
    rm -rf -- "$1"
    """#
}

extension ServerFolder {
  /// The folder of all temporary servers of this user, in which others may look for nothing.
  static func base() throws -> String {
    let path = "/tmp/kedge-testing-\(geteuid())"
    if mkdir(path, 0o711) != 0, errno != EEXIST { throw failure("make the folder \(path)") }
    var information = stat()
    guard lstat(path, &information) == 0, information.st_mode & S_IFMT == S_IFDIR,
      information.st_uid == geteuid(), information.st_mode & 0o022 == 0
    else {
      throw TestServerError("\(path) isn't a folder of this user alone. Move it away.")
    }
    return path
  }

  /// Does something while no other process of this user does it.
  static func whileAlone<T>(in base: String, _ body: () throws -> T) throws -> T {
    let lock = open(base + "/lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard lock >= 0 else { throw failure("open \(base)/lock") }
    defer { close(lock) }
    while flock(lock, LOCK_EX) != 0 { if errno != EINTR { throw failure("lock \(base)/lock") } }
    return try body()
  }

  /// Stops the servers of processes that were killed together with their guardians, and removes their folders.
  static func removeAbandoned(in base: String) {
    for name in topNames(in: base) {
      let folder = base + "/" + name
      let lock = open(folder + "/lock", O_RDWR | O_CLOEXEC)
      guard lock >= 0 else { continue }
      defer { close(lock) }
      guard flock(lock, LOCK_EX | LOCK_NB) == 0 else { continue }
      endServer(of: folder)
      do {
        try FileManager.default.removeItem(atPath: folder)
      } catch {
        // Its guardian may be removing it at the same time. What stays is seen to by the next run.
      }
    }
  }

  private static func topNames(in folder: String) -> [String] {
    guard let directory = opendir(folder) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  private static func endServer(of folder: String) {
    let text = FileManager.default.contents(atPath: folder + "/pid") ?? Data()
    guard let word = String(decoding: text, as: UTF8.self).split(separator: " ").first, let pid = pid_t(word)
    else { return }
    func runs() -> Bool {
      let line = FileManager.default.contents(atPath: "/proc/\(pid)/cmdline") ?? Data()
      return String(decoding: line, as: UTF8.self).contains(folder + "/")
    }
    guard runs() else { return }
    kill(pid, SIGQUIT)
    for _ in 0..<100 where runs() { usleep(20_000) }
    if runs() { kill(pid, SIGKILL) }
  }

  static func failure(_ what: String) -> TestServerError {
    TestServerError("The tests can't \(what): \(String(cString: strerror(errno))).")
  }

  private static let atExit = Mutex<[(lifeline: Int32, guardian: SpawnedProgram)]>([])

  /// The guardian would see our end by itself; but then it would still be at work when we are gone.
  private static func endAtExit(_ lifeline: Int32, _ guardian: SpawnedProgram) {
    atExit.withLock { waiting in
      if waiting.isEmpty {
        atexit {
          let all = ServerFolder.atExit.withLock { $0 }
          for one in all { close(one.lifeline) }
          // Not for ever: a program that was forked without being replaced by another may hold the lifeline.
          for _ in 0..<500 where all.contains(where: { $0.guardian.isRunning }) { usleep(20_000) }
        }
      }
      waiting.append((lifeline, guardian))
    }
  }
}
