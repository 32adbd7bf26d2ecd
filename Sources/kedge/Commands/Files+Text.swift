internal import CommandLine
internal import Executors
internal import FileStores
internal import Foundation
internal import Progress
internal import Synchronization

extension Session {
  func copyJSON(_ report: FileCopyReport, _ from: FileLocation, _ to: FileLocation) -> JSONValue {
    func problems(_ problems: [FileCopyReport.Problem]) -> JSONValue {
      .array(problems.map { ["name": .string($0.name), "reason": .string($0.reason)] })
    }
    return [
      "ok": .bool(report.isWhole), "dry_run": .bool(command.flag("dry-run")),
      "from": .string(from.description),
      "to": .string(to.description), "copied": .int(report.copied), "bytes": .int(report.bytes),
      "unchanged": .int(report.unchanged), "overwritten": .int(report.overwritten),
      "abandoned_removed": .int(report.abandoned), "differs": .int(report.differingCount),
      "failed": .int(report.failedCount), "differing": problems(report.differing),
      "failures": problems(report.failed),
    ]
  }

  func copyText(_ report: FileCopyReport) -> String {
    let isDry = command.flag("dry-run")
    func files(_ count: Int) -> String { count == 1 ? "1 file" : "\(count) files" }
    func list(_ problems: [FileCopyReport.Problem], _ count: Int) -> [String] {
      problems.map { "  \($0.name): \($0.reason)" }
        + (count > problems.count ? ["  and \(count - problems.count) more"] : [])
    }
    var lines = [
      "\(files(report.copied)) \(isDry ? "would be copied" : "copied and verified"), \(report.bytes) bytes; \(report.unchanged) there already"
    ]
    if report.overwritten > 0 { lines.append("\(files(report.overwritten)) of them replaced") }
    if report.differingCount > 0 {
      lines.append(
        "\(files(report.differingCount)) at the destination with other bytes, left alone (--overwrite):")
      lines += list(report.differing, report.differingCount)
    }
    if report.failedCount > 0 {
      lines.append("\(files(report.failedCount)) not copied:")
      lines += list(report.failed, report.failedCount)
    }
    return lines.joined(separator: "\n")
  }
}

/// Says every few seconds how far the copying has come.
final class CopyTicker: Sendable {
  private let log: Log
  private let last = Mutex(ContinuousClock.now)

  init(_ log: Log) { self.log = log }

  func tell(_ report: FileCopyReport) {
    let isDue = last.withLock { last in
      guard ContinuousClock.now - last > .seconds(10) else { return false }
      last = ContinuousClock.now
      return true
    }
    if isDue {
      log.info("\(report.copied) files copied, \(report.bytes) bytes, \(report.unchanged) there already")
    }
  }
}
