import Foundation

/// The seed of all interruptions in this process: `KEDGE_SEED`, or always the same one.
enum InterruptionSeed {
  static let value = ProcessInfo.processInfo.environment["KEDGE_SEED"].flatMap(UInt64.init) ?? 2026
}
