internal import RecordSources

/// A worker's places at the gates of its sources, where cursors are limited.
enum SourcePlaces {
  /// Takes a place at every gate, or at that of one store: before any transaction begins, so that none waits open.
  ///
  /// Always in the same order, so that two workers can't wait for each other.
  static func reserve(_ sessions: [String: any SourceSession], only store: String? = nil) throws {
    for name in sessions.keys.sorted() {
      guard let session = sessions[name] as? GatedSession else { continue }
      if store == nil || store == name { try session.reserve() } else { session.release() }
    }
  }

  static func release(_ sessions: [String: any SourceSession]) {
    for session in sessions.values { (session as? GatedSession)?.release() }
  }
}

/// Thrown inside the engine to roll a chunk back that can't be ended early, when nothing may stay open.
struct StandStill: Error {}
