package import Glibc

/// Whom the server runs as: ourselves, but another user if we are root, for Postgres refuses to run as that.
package struct ServerAccount {
  /// The user's name, for messages.
  package let name: String
  package let user: uid_t
  package let group: gid_t
  /// What stands before a command to run it as this user; empty if that is ourselves.
  package let prefix: [String]

  /// Whether the server runs as another user than we do.
  var isOther: Bool { !prefix.isEmpty }

  /// - Throws: ``LocalPostgresError`` if we are root and there is no other user, or no way to run programs as one.
  package static func forServer(_ environment: [String: String]) throws -> ServerAccount {
    guard geteuid() == 0 else {
      return ServerAccount(name: "user \(geteuid())", user: geteuid(), group: getegid(), prefix: [])
    }
    guard let (name, user, group) = ["postgres", "nobody"].lazy.compactMap(find).first else {
      throw LocalPostgresError(
        "Postgres refuses to run as root, and there is no user postgres to run it as. Install the package postgresql, "
          + "or run kedge as another user.")
    }
    let prefix: [String]
    if let setpriv = findProgram("setpriv", in: environment) {
      prefix = [setpriv, "--reuid=\(user)", "--regid=\(group)", "--clear-groups", "--"]
    } else if let runuser = findProgram("runuser", in: environment) {
      prefix = [runuser, "-u", name, "--"]
    } else {
      throw LocalPostgresError(
        "Postgres refuses to run as root, and neither setpriv nor runuser is installed to run it as \(name). Install "
          + "the package util-linux, or run kedge as another user.")
    }
    return ServerAccount(name: name, user: user, group: group, prefix: prefix)
  }

  private static func find(_ name: String) -> (String, uid_t, gid_t)? {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var text = [CChar](repeating: 0, count: 16 << 10)
    guard getpwnam_r(name, &entry, &text, text.count, &found) == 0, found != nil else { return nil }
    return (name, entry.pw_uid, entry.pw_gid)
  }

  /// Runs a program as this user, in a folder that the user can enter.
  ///
  /// `PG…` variables are left out, as they would change what the server's programs do; messages come in English.
  func run(_ command: [String], in directory: String, environment: [String: String]) throws
    -> Subprocess.Outcome
  {
    var variables = environment.filter {
      !$0.key.hasPrefix("PG") && !$0.key.hasPrefix("LC_") && $0.key != "LANG"
    }
    variables["LC_ALL"] = "C"
    // Postgres' programs complain about a current folder that they can't enter, and ours may be one.
    let shell = ["/bin/sh", "-c", "cd -- \"$1\" && shift && exec \"$@\"", "sh", directory]
    return try Subprocess.run(prefix + shell + command, environment: variables)
  }

  /// Makes a folder for this user alone, or makes sure that it is that.
  ///
  /// - Throws: ``LocalPostgresError`` if there is something else in its place, perhaps put there by another user.
  package func own(_ path: String) throws {
    if mkdir(path, 0o700) == 0 {
      guard chown(path, user, group) == 0 else { throw systemError("can't give \(path) to \(name)") }
    } else if errno != EEXIST {
      throw systemError("can't make the folder \(path)")
    }
    var information = stat()
    guard lstat(path, &information) == 0 else { throw systemError("can't look at \(path)") }
    guard information.st_mode & S_IFMT == S_IFDIR, information.st_uid == user else {
      throw LocalPostgresError(
        "\(path) isn't a folder of \(name). Run kedge as the user who made it, or move it away.")
    }
    guard information.st_mode & 0o077 == 0 || chmod(path, 0o700) == 0 else {
      throw systemError("can't close \(path) to other users")
    }
  }
}
