internal import Glibc

/// A server that runs on a data directory, as its file `postmaster.pid` and the system tell.
struct RunningServer {
  /// Its main process.
  let process: pid_t
  /// The socket's folder that it was started with.
  let socketDirectory: String

  /// What the data directory's `postmaster.pid` turns out to be.
  enum Finding {
    case running(RunningServer)
    /// No server: no file, or one of a server that died, which a new server deals with itself.
    case none
    /// No server, but a process that has the number of the one that died: a new server would take it for a server.
    case stale
  }

  static func find(data: String) -> Finding {
    guard let text = readFile(data + "/postmaster.pid") else { return .none }
    // Process, data directory, start time, port, socket's folder, …
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard let process = lines.first.flatMap({ pid_t($0) }), process > 0 else { return .stale }
    guard kill(process, 0) == 0 || errno == EPERM else { return .none }
    var target = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = readlink("/proc/\(process)/cwd", &target, target.count - 1)
    if length > 0 {
      // A server's current folder is its data directory, under the name that this has now.
      let folder = String(decoding: target[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
      guard folder == canonicalPath(data) else { return .stale }
    } else if errno == ENOENT {
      // It ended just now, or it is a zombie that nobody has buried.
      return .stale
    }
    return .running(RunningServer(process: process, socketDirectory: lines.count > 4 ? String(lines[4]) : ""))
  }
}
