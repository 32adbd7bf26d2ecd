internal import Foundation
internal import Glibc

/// The folder of a private server, with a guardian: a small shell that waits for our end and then kills the server whose
/// number stands in the folder's file `pid`, and removes the folder. So nothing is left behind even if the tests are
/// killed.
final class ServerFolder: Sendable {
  let path: String
  private let guardian: pid_t
  private let lifeline: Int32

  init(_ kind: String) throws {
    path = "\(Self.parent)/kedge-\(kind)-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    guard mkdir(path, 0o711) == 0 else {
      throw UnexpectedResult(description: "can't make the folder \(path)")
    }
    let ends = try closedPipe()
    defer { close(ends.reading) }
    lifeline = ends.writing
    guardian = try ServerProcess.spawn(
      ["/bin/sh", "-c", Self.script, "guardian", path], input: ends.reading, log: "/dev/null")
  }

  /// Short, as a Unix socket's path may have 107 bytes at most, and passable for the servers' account.
  private static var parent: String {
    guard let folder = ProcessInfo.processInfo.environment["TMPDIR"], folder.utf8.count <= 48 else {
      return "/tmp"
    }
    var information = stat()
    let isPassable = stat(folder, &information) == 0 && information.st_mode & 0o001 != 0
    return isPassable ? folder : "/tmp"
  }

  deinit {
    // The pipe's end wakes the guardian.
    close(lifeline)
    var status: Int32 = 0
    while waitpid(guardian, &status, 0) == -1 && errno == EINTR {}
  }

  /// Tells the guardian whom to end.
  func guards(_ process: pid_t) throws {
    try "\(process)".write(toFile: path + "/pid", atomically: false, encoding: .utf8)
  }

  /// Makes a folder in it that belongs to the servers' account.
  func makeFolder(_ name: String, for account: ServerUser) throws -> String {
    let folder = path + "/" + name
    guard mkdir(folder, 0o700) == 0, chown(folder, account.user, account.group) == 0 else {
      throw UnexpectedResult(description: "can't make the folder \(folder)")
    }
    return folder
  }

  /// A process' number may have passed to another by now: its command line has to name the folder.
  private static let script = #"""
    while read -r line; do :; done
    if [ -s "$1/pid" ]; then
      read -r pid <"$1/pid" || [ -n "$pid" ]
      if tr '\0' ' ' <"/proc/$pid/cmdline" | grep -qF "$1/"; then
        family=$pid
        for file in /proc/[0-9]*/stat; do
          read -r line <"$file" || continue
          child=${line%% *} rest=${line##*) } rest=${rest#* }
          [ "${rest%% *}" != "$pid" ] || family="$family $child"
        done
        kill -KILL $family
      fi
    fi
    for mount in "$1"/disk-*; do [ ! -d "$mount" ] || umount -l "$mount"; done
    rm -rf -- "$1"
    """#
}

/// Whom servers run as: ourselves, but another user if we are root, for Postgres refuses to run as that.
struct ServerUser: Sendable {
  let user: uid_t
  let group: gid_t
  /// What stands before a command to run it as this user.
  let prefix: [String]

  static func current() throws -> ServerUser {
    guard geteuid() == 0 else { return ServerUser(user: geteuid(), group: getegid(), prefix: []) }
    guard let entry = getpwnam("postgres") ?? getpwnam("nobody") else {
      throw UnexpectedResult(description: "Postgres refuses to run as root, and there is no user postgres")
    }
    let (user, group) = (entry.pointee.pw_uid, entry.pointee.pw_gid)
    guard let setpriv = findProgram("setpriv", in: []) else {
      throw UnexpectedResult(description: "Postgres refuses to run as root, and setpriv isn't installed")
    }
    return ServerUser(
      user: user, group: group,
      prefix: [setpriv, "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"])
  }
}

/// A program's path: in one of the folders, else on PATH.
func findProgram(_ name: String, in folders: [String]) -> String? {
  let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
  return (folders + path + ["/usr/bin", "/bin"]).map { $0 + "/" + name }.first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
}
