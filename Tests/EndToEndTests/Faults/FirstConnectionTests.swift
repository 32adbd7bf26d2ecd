import Foundation
import Postgres
import TestSupport
import Testing

/// What is wrong with the very first connection is said at once, with no other try.
@Suite("First connections")
struct FirstConnectionTests {
  @Test("to a target that isn't there, or doesn't let us in", .timeLimit(.minutes(10)))
  func target() throws {
    let scene = try FaultScene()
    let (server, port) = (scene.server, scene.server.port)
    try server.connect().execute(
      """
      CREATE ROLE guest LOGIN PASSWORD 'right';
      CREATE TEMP TABLE t (l text);
      COPY t FROM PROGRAM 'cat pg_hba.conf';
      COPY (SELECT 'host all guest all scram-sha-256' UNION ALL SELECT l FROM t) TO PROGRAM 'cat > new.conf && mv new.conf pg_hba.conf';
      SELECT pg_reload_conf()
      """)
    let silent = try FaultProxy(to: port)
    silent.refuse(true)
    for (url, words) in [
      (server.url(port: silent.port), "Can't connect to Postgres"),
      (server.url(database: "nowhere"), "database \"nowhere\" does not exist"),
      ("postgres://guest:wrong@127.0.0.1:\(port)/postgres?sslmode=disable", "password authentication failed"),
    ] {
      // The default patience: nobody waits for five minutes here.
      let outcome = try scene.end(try scene.start(target: url), limit: 30)
      try scene.expectFailure(outcome, says: words, state: nil)
      #expect(
        !outcome.errors.contains("wrong") && !outcome.errors.contains("--patience"), "\(outcome.errors)")
    }
    #expect(silent.acceptedCount <= 2)
    #expect(try scene.rows("SELECT to_regnamespace('kedge') IS NULL") == ["t"])
  }

  @Test("to a source that isn't there, or doesn't let us in", .timeLimit(.minutes(10)))
  func source() throws {
    let mongo = try PrivateMongo()
    let scene = try FaultScene(mongo: mongo)
    let gone = try FaultProxy(to: mongo.port)
    gone.refuse(true)
    for (url, words) in [
      (mongo.uri(port: gone.port), "Check that the server runs"),
      (
        "mongodb://ann:wrong@127.0.0.1:\(mongo.port)/test?directConnection=true",
        "Check the user, the password"
      ),
    ] {
      let outcome = try scene.end(try scene.start(source: url), limit: 45)
      try scene.expectFailure(outcome, says: words, state: nil)
      #expect(!outcome.errors.contains("--patience"), "\(outcome.errors)")
      // Nothing was begun, so nothing is left as if it ran.
      #expect(try scene.rows("SELECT count(*) FROM kedge.runs") == ["0"])
    }
    try scene.expectWholeAfterwards()
  }
}
