internal import Catalog
internal import Foundation
internal import Postgres
internal import RecordSources

/// Ends what the server still has of a connection that broke on this side.
enum LostConnection {
  /// Seconds for one try.
  static let limit = 5.0

  /// Waits until the server's process is gone: with it go its locks, and whatever it was committing is decided.
  ///
  /// - Throws: ``StillThere``; `PostgresError`.
  static func end(_ process: Int, of member: Member, _ catalog: Catalog) throws {
    let deadline = Date(timeIntervalSinceNow: limit)
    do {
      while try !catalog.endConnection(process, of: member) {
        guard Date() < deadline else { throw StillThere(process: process) }
        Thread.sleep(forTimeInterval: 0.02)
      }
    } catch let error as PostgresError where error.fault == .missingRight {
      // It belongs to a role that this one may not touch: the fence and the row's lock hold anyway.
    }
  }
}

/// The server hasn't ended a process that it was told to end.
struct StillThere: PassingError, CustomStringConvertible {
  let process: Int
  var mayPass: Bool { true }

  var description: String {
    "The Postgres server still has process \(process), whose connection was lost, \(Int(LostConnection.limit)) seconds after"
      + " it was told to end it. It may wait for a disk or a standby: see pg_stat_activity."
  }
}
