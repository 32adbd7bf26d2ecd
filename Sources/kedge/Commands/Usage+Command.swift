internal import CommandLine
internal import CoreRepositories
internal import Database
internal import Foundation
internal import Guardrails
internal import Mapping

extension Session {
  /// `kedge usage`
  func usage() throws -> Int32 {
    let set = try mappingSet()
    let calls = try usageTable("openai_usage", of: set)
    let workspaces = try usageTable("workspaces", of: set)
    guard let workspace = command.value("workspace") else {
      throw UsageProblem("name a workspace: --workspace ID")
    }
    let from = try instant("from")
    let to = try instant("to")
    if let from, let to, from >= to { throw UsageProblem("--from has to come before --to") }

    guard let settings = try existingTarget(of: set) else {
      throw UsageProblem("no target is configured; give --target URL or set DATABASE_URL")
    }
    var configuration = DatabaseConfiguration(.postgres([settings]))
    configuration.poolSize = 1
    let database = try Database(configuration)
    let repository = Sendfx.OpenAIUsageRepository(
      CoreContext(database, by: Guardrails(GuardPlan(set))), table: calls.sql, workspaces: workspaces.sql)
    let summary: Sendfx.UsageSummary
    do {
      summary = try waiting {
        do {
          let summary = try await repository.summary(ofWorkspace: workspace, from: from, to: to)
          await database.close()
          return summary
        } catch {
          await database.close()
          throw error
        }
      }
    } catch RepositoryError.notFound {
      throw UsageReportProblem("there is no workspace \"\(workspace)\" in \(workspaces.display)")
    }
    let lines = UsageLines(summary, by: command.value("by") ?? "writer")
    if isJSON { output(lines.json(set: set.name)) } else { output(lines.text(style: style)) }
    return ExitCode.done
  }

  private func usageTable(_ name: String, of set: MappingSet) throws -> TableName {
    guard let table = set.entity(named: name)?.table else {
      throw UsageProblem(
        "the mapping set \"\(set.name)\" has no core entity \"\(name)\", so there is no usage to sum up; it is what"
          + " mappings/sendfx has")
    }
    return table
  }

  /// A day in UTC, or an instant.
  private func instant(_ option: String) throws -> Date? {
    guard let text = command.value(option) else { return nil }
    if let day = CalendarDay(text) { return try Date("\(day)T00:00:00Z", strategy: .iso8601) }
    do {
      return try Date(text, strategy: .iso8601)
    } catch {
      throw UsageProblem(
        "--\(option) wants a day such as 2026-01-31 or an instant such as 2026-01-31T18:30:00Z, not '\(text)'"
      )
    }
  }
}

/// A workspace that can't be summed up.
private struct UsageReportProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
