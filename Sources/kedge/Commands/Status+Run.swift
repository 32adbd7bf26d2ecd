internal import Catalog
internal import CommandLine
internal import Mapping

/// What `kedge status` says of a run that isn't finished.
extension Session {
  typealias CurrentRun = (run: RunSummary, progress: RunProgress, postponed: [String])

  /// Nil where there is none, or another version of Kedge keeps the books.
  func unfinishedRun(_ set: MappingSet, _ catalog: Catalog) throws -> CurrentRun? {
    guard try catalog.isCurrent(), let run = try catalog.unfinishedRun(set: set.name) else { return nil }
    let postponed = try catalog.postponedTables(of: set.name, run: Run(id: run.id, isResumed: true)).map(
      \.table)
    return (run, try catalog.progress(of: run.id), postponed)
  }

  func json(_ current: CurrentRun) -> JSONValue {
    let (run, progress, postponed) = current
    return [
      "run": .int(run.id), "state": .string(run.state), "paused": .bool(run.isPaused),
      "rate": .optional(run.rate), "postponed_keys": .strings(postponed),
      "chunks": ["done": .int(progress.done), "leased": .int(progress.leased), "open": .int(progress.open)],
      "members": .array(
        progress.members.map { member in
          [
            "member": .int(member.id), "host": .string(member.host), "process": .int(member.process),
            "workers": .int(member.workers), "waiting": .int(member.waiting), "leased": .int(member.leased),
            "last_heard_seconds": .double(member.silence), "is_heard": .bool(member.isHeard),
            "state": .string(state(member)), "hold": .optional(member.hold),
          ]
        }),
    ]
  }

  func text(_ current: CurrentRun) -> String {
    let (run, progress, postponed) = current
    var lines = [
      "run \(run.id): \(run.isPaused ? "paused" : run.state), \(run.rate.map { "at most \($0) records per second" } ?? "no rate"),"
        + " \(progress.done) chunks done, \(progress.leased) being moved, \(progress.open) planned and free"
    ]
    if !postponed.isEmpty {
      lines.append(
        "the primary key of \(postponed.joined(separator: ", ")) is built after the rows; until then nobody else can write there"
      )
    }
    if progress.members.isEmpty {
      lines.append("no process works on it; go on with: kedge backfill")
    } else {
      var table = TableText(["member", "host", "process", "workers", "chunks", "last heard of", "state"])
      for member in progress.members {
        table.add([
          .number(member.id), .text(member.host), .number(member.process), .number(member.workers),
          .number(member.leased), .measure("\(member.silence) s ago"), .text(member.hold ?? state(member)),
        ])
      }
      lines.append(table.text(style: style))
    }
    return lines.joined(separator: "\n")
  }

  private func state(_ member: MemberStatus) -> String {
    if !member.isHeard { return "not heard of" }
    return member.hold == nil ? "working" : "held"
  }
}
