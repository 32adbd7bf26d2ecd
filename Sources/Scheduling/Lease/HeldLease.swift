public import Audit
internal import Foundation

/// A process that audits on a schedule, or would like to.
public struct LeaseHolder: Sendable, Equatable, CustomStringConvertible {
  /// Another one for each start of each process.
  public var identity: String
  public var host: String
  public var process: Int

  public init(identity: String, host: String, process: Int) {
    self.identity = identity
    self.host = host
    self.process = process
  }

  /// This process, anew.
  public static func current() -> LeaseHolder {
    LeaseHolder(
      identity: UUID().uuidString.lowercased(), host: ProcessInfo.processInfo.hostName,
      process: Int(ProcessInfo.processInfo.processIdentifier))
  }

  static let unknown = LeaseHolder(identity: "", host: "an unknown host", process: 0)

  /// `process 812 on db-7`
  public var description: String { "process \(process) on \(host)" }
}

/// The lease of a set, as this process got it.
public struct HeldLease: Sendable, Equatable {
  public var set: String
  public var holder: String
  /// Grows with each holder; what an earlier one writes is refused.
  public var fence: Int
  /// The server's clock when the lease was taken, in seconds since 1970.
  public var now: Double
  /// When the next audit is due, as the last holder left it; nil when there was none.
  public var stored: Timetable.Stored?
}

/// Another process holds the lease by now.
public struct AuditLeaseLost: TenureEnded, Sendable, CustomStringConvertible {
  public let set: String
  public let by: LeaseHolder?

  public var description: String {
    "another process took over the audits of the mapping set \"\(set)\""
      + (by.map { " (\($0))" } ?? "") + ", so what this one found isn't written down"
  }
}
