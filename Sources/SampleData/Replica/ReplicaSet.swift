internal import Codec
public import Mongo

/// A replica set of one server, which is what change streams and transactions ask for.
public enum ReplicaSet {
  /// Makes the server the only member of its set `rs0`, and waits until it takes writes.
  ///
  /// Where the set exists and the server listens elsewhere now, the set is told so.
  ///
  /// - Parameters:
  ///   - mongo: a direct connection (`directConnection=true`) to a server started with `--replSet rs0`.
  ///   - patience: how long to wait for the election.
  /// - Throws: `MongoError`; `SampleError` where no election comes.
  public static func initiate(
    _ mongo: MongoConnection, patience: Duration = .seconds(60)
  ) throws {
    let address = try ownAddress(mongo)
    let member: BSONValue = ["_id": 0, "host": .string(address)]
    if let current = try configuration(mongo) {
      let hosts = current["members"]?.elements?.map { $0.document?["host"]?.string }
      if hosts != [address] {
        var moved = current
        moved["members"] = [member]
        moved["version"] = BSONValue((current["version"]?.integer ?? 1) + 1)
        try mongo.run(command: ["replSetReconfig": .document(moved), "force": true], database: "admin")
      }
    } else {
      try mongo.run(command: ["replSetInitiate": ["_id": "rs0", "members": [member]]], database: "admin")
    }
    let deadline = ContinuousClock.now + patience
    while try !mongo.serverInfo().isWritablePrimary {
      guard ContinuousClock.now < deadline else {
        throw SampleError("The server at \(address) was not elected within \(patience). Its log says why.")
      }
      // The server answers when something has changed, or after this long.
      try awaitChange(mongo)
    }
  }

  /// Where the server listens, as it was told when it was started.
  private static func ownAddress(_ mongo: MongoConnection) throws -> String {
    let net = try mongo.run(command: ["getCmdLineOpts": 1], database: "admin")["parsed"]?.document?["net"]?
      .document
    guard let port = net?["port"]?.integer else {
      throw SampleError("The server doesn't say which port it was started with: start it with --port.")
    }
    return "\(net?["bindIp"]?.string ?? "127.0.0.1"):\(port)"
  }

  /// The set's configuration; nil before there is one.
  private static func configuration(_ mongo: MongoConnection) throws -> BSONDocument? {
    do {
      return try mongo.run(command: ["replSetGetConfig": 1], database: "admin")["config"]?.document
    } catch let error as MongoError where error.code == notYetInitialized {
      return nil
    }
  }

  private static let notYetInitialized = 94

  /// Waits in the server until its place in the set changes, at most half a second.
  private static func awaitChange(_ mongo: MongoConnection) throws {
    let hello = try mongo.run(command: ["hello": 1], database: "admin")
    guard let version = hello["topologyVersion"] else { return }
    try mongo.run(
      command: ["hello": 1, "topologyVersion": version, "maxAwaitTimeMS": 500], database: "admin")
  }
}
