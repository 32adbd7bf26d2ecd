internal import Glibc

/// Where the private server keeps its things.
struct ClusterPlaces {
  /// The folder that holds the data and the log: `.kedge/postgres`, unless the server's user can't reach that.
  let base: String
  /// The socket's folder, outside the project because a socket's path may have at most 107 bytes.
  let socketDirectory: String
  /// Whom the server runs as.
  let account: ServerAccount
  /// Why `base` isn't under `.kedge`; nil if it is.
  let note: String?

  var data: String { base + "/data" }
  var log: String { base + "/server.log" }

  /// The socket's folder of the server under a `.kedge` folder: its path's hash tells projects apart, our user's number
  /// tells users apart.
  static func socketDirectory(for directory: String) -> String {
    "/tmp/kedge-\(geteuid())-\(hash(directory))"
  }

  /// The places as they are, or as they would be by default; makes nothing.
  static func existing(in directory: String, account: ServerAccount) throws -> ClusterPlaces {
    let usual = directory + "/postgres"
    let moved = readFile(pointerFile(directory)).map { String($0.prefix(while: { $0 != "\n" })) }
    let places = ClusterPlaces(
      base: moved ?? usual, socketDirectory: socketDirectory(for: directory), account: account,
      note: moved.map { "The data is in \($0), because the user \(account.name) can't reach \(usual)." })
    var information = stat()
    if lstat(places.base, &information) == 0, information.st_uid != account.user {
      throw LocalPostgresError(
        "\(places.base) isn't a folder of \(account.name). Run kedge as the user who made it, or move it away."
      )
    }
    return places
  }

  /// The places with their folders made, where the server's user can reach them.
  static func prepared(
    in directory: String, account: ServerAccount, environment: [String: String]
  ) throws -> ClusterPlaces {
    var places = try existing(in: directory, account: account)
    if places.note == nil, account.isOther, access(places.data, F_OK) != 0 {
      try account.own(places.base)
      if try !isReachable(places.base, account, environment) {
        rmdir(places.base)
        let elsewhere = try makeElsewhere(hash(directory), account, environment)
        try writeFile(pointerFile(directory), elsewhere + "\n")
        places = try existing(in: directory, account: account)
      }
    }
    try account.own(places.base)
    try account.own(places.socketDirectory)
    return places
  }

  private static func pointerFile(_ directory: String) -> String { directory + "/postgres.place" }

  private static func isReachable(
    _ path: String, _ account: ServerAccount, _ environment: [String: String]
  ) throws -> Bool {
    try account.run(["test", "-w", "."], in: path, environment: environment).code == 0
  }

  private static func makeElsewhere(
    _ hash: String, _ account: ServerAccount, _ environment: [String: String]
  ) throws -> String {
    for (parent, name) in [("/var/lib/kedge", hash), ("/var/tmp", "kedge-" + hash)] {
      do {
        try makeDirectory(parent, mode: 0o755)
        let path = parent + "/" + name
        try account.own(path)
        if try isReachable(path, account, environment) { return path }
        rmdir(path)
      } catch {
        // Read-only or missing on this machine: the next place, or the error below.
      }
    }
    throw LocalPostgresError(
      "The user \(account.name), as whom Postgres has to run, can reach neither this project's .kedge folder nor "
        + "/var/lib/kedge nor /var/tmp. Put the project where that user can enter, or run kedge as another user."
    )
  }

  /// 64 bits of FNV-1a as 16 hexadecimal digits.
  private static func hash(_ text: String) -> String {
    var value: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(value, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
