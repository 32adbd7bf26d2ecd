internal import CommandLine
internal import Executors
internal import FileStores
internal import Foundation
internal import Postgres

extension Session {
  /// `kedge files verify`
  func filesVerify() throws -> Int32 {
    let table = try verifiedTable()
    let at = try FileLocation(command.value("at") ?? "")
    let store = try at.open(environment: environment, ifAbsent: .refused)
    let connection = try PostgresConnection(try target(of: try migrationMapping()))
    defer { connection.close() }
    var verification = FileVerification(
      of: store, connection, table: table, column: command.value("column") ?? "")
    verification.storeColumn = command.value("store-column")
    verification.withoutPrefix = command.value("without-prefix")
    verification.stores = try fileStoreNames()
    verification.stop = stop
    let report = try verification.run()
    if isJSON {
      output([
        "ok": .bool(report.missing == 0), "table": .string("\(table.schema).\(table.name)"),
        "at": .string(at.description), "rows": .int(report.rows), "without_file": .int(report.withoutFile),
        "found": .int(report.found), "missing": .int(report.missing), "files": .int(report.files),
        "unnamed": .int(report.unnamed), "key": .array(report.keyColumns.map { .string($0) }),
        "missing_rows": .array(
          report.named.map { row in ["key": .array(row.key.map { .string($0) }), "file": .string(row.name)] }),
      ])
    } else {
      output(verificationText(report))
    }
    return report.missing == 0 ? ExitCode.done : ExitCode.drift
  }

  private func verifiedTable() throws -> (schema: String, name: String) {
    let text = command.value("table") ?? ""
    let parts = text.split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    guard parts.allSatisfy({ !$0.isEmpty }) else { throw UsageProblem("--table takes SCHEMA.TABLE") }
    return parts.count == 2 ? (parts[0], parts[1]) : ("public", parts[0])
  }

  private func verificationText(_ report: FileVerification.Report) -> String {
    var lines = [
      "\(report.rows) rows: \(report.found) find their file, \(report.withoutFile) name none, \(report.missing) miss theirs",
      "\(report.files) files, \(report.unnamed) of them named by no row",
    ]
    lines += report.named.map { row in
      let key = zip(report.keyColumns, row.key).map { "\($0) = \($1)" }.joined(separator: ", ")
      return "  \(key): no file \(row.name)"
    }
    if report.missing > report.named.count {
      lines.append("  and \(report.missing - report.named.count) more")
    }
    return lines.joined(separator: "\n")
  }
}
