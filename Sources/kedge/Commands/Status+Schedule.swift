internal import Catalog
internal import CommandLine
internal import Mapping
internal import Scheduling

/// What `kedge status` says of audits that run by themselves.
extension Session {
  /// Nil where there never were any, or another version of Kedge keeps the books.
  func auditSchedule(_ set: MappingSet, _ catalog: Catalog) throws -> AuditLeases.Standing? {
    guard try catalog.isCurrent() else { return nil }
    return try AuditLeases(catalog.connection).standing(of: set.name)
  }

  func json(_ schedule: AuditLeases.Standing) -> JSONValue {
    [
      "host": .string(schedule.holder.host), "process": .int(schedule.holder.process),
      "is_alive": .bool(schedule.isAlive), "run": .optional(schedule.run), "next": .optional(schedule.next),
    ]
  }

  func text(_ schedule: AuditLeases.Standing) -> String {
    guard schedule.isAlive else {
      return "scheduled audits: no process runs them; the last one was \(schedule.holder)"
    }
    let work = schedule.run.map { "audit \($0) is at work" }
    let next = schedule.next.map { "the next one begins at \($0) UTC" }
    return "scheduled audits: \(schedule.holder); \(work ?? next ?? "the first one is about to begin")"
  }
}
