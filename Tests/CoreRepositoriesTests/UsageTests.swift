import Database
import Foundation
import Mapping
import Testing

@testable import CoreRepositories

@Suite("Usage of language models")
struct UsageTests {
  private let scene: Scene
  private let workspace: String

  init() async throws {
    scene = try await Scene.shared("sendfx")
    let tag = newTag()
    let owner = try await Sendfx.UserRepository(scene.core).create(Sendfx.User(email: "\(tag)@example.org"))
    workspace = try await Sendfx.WorkspaceRepository(scene.core).create(
      Sendfx.Workspace(name: "A", slug: tag, ownerID: owner.id)
    ).id
    try await scene.database.run(
      "INSERT INTO core.model_prices (model, valid_from, prompt_price, completion_price)"
        + " VALUES ('gpt-4o', '2024-05-13', 5, 15), ('gpt-4o', '2024-08-06', 2.5, 10) ON CONFLICT DO NOTHING")
  }

  private func call(
    _ writer: Sendfx.UsageWriter, _ model: String, _ prompt: Int, _ completion: Int, _ time: String,
    cost: String? = nil, cached: Bool = false
  ) throws -> Sendfx.ModelCall {
    Sendfx.ModelCall(
      workspaceID: workspace, writer: writer, model: model, promptTokens: prompt,
      completionTokens: completion,
      estimatedCost: cost.flatMap { Decimal(string: $0) }, isCached: cached,
      time: try Date(time, strategy: .iso8601))
  }

  @Test("the three services log, by the prices of the day, and the summary adds up exactly")
  func summary() async throws {
    let reply = Sendfx.OpenAIUsageRepository(scene.core, as: .reply)
    let first = try await reply.log(try call(.reply, " gpt-4o ", 1000, 100, "2024-08-05T23:59:59Z"))
    #expect(first.model == "gpt-4o")
    #expect(first.estimatedCost == Decimal(string: "0.0065"))
    let second = try await reply.log(try call(.reply, "gpt-4o", 1000, 100, "2024-08-06T00:00:00Z"))
    #expect(second.estimatedCost == Decimal(string: "0.0035"))
    let agent = Sendfx.OpenAIUsageRepository(scene.core, as: .agent)
    #expect(
      try await agent.log([
        try call(.agent, "gpt-4o", 10, 1, "2024-08-06T10:00:00Z", cost: "0.1"),
        try call(.agent, "gpt-4o", 10, 1, "2024-08-06T11:00:00Z", cost: "0.2"),
        try call(.agent, "unknown", 7, 3, "2024-08-07T00:00:00Z"),
        try call(.agent, "gpt-4o", 500, 0, "2024-08-07T01:00:00Z", cached: true),
      ]) == 4)
    let assistant = Sendfx.OpenAIUsageRepository(scene.core, as: .assistant)
    try await assistant.log(
      try call(.assistant, "gpt-4o", 1, 1, "2024-08-08T00:00:00Z", cost: "123456.000001"))

    let summary = try await assistant.summary(ofWorkspace: workspace)
    #expect(summary.total.calls == 7)
    #expect(summary.total.promptTokens == 2528)
    #expect(summary.total.completionTokens == 206)
    #expect(summary.total.totalTokens == 2734)
    #expect(summary.total.estimatedCost == Decimal(string: "123456.310001"))
    #expect(summary.total.cached == 1)
    #expect(summary.total.unpriced == 1)
    #expect(summary.byWriter.map(\.writer) == ["agent", "assistant", "reply"])
    #expect(summary.byWriter.map(\.figures.calls) == [4, 1, 2])
    #expect(summary.byModel.map(\.model) == ["gpt-4o", "unknown"])
    #expect(summary.byDay.map(\.day.description) == ["2024-08-05", "2024-08-06", "2024-08-07", "2024-08-08"])
    #expect(summary.byDay.reduce(Decimal(0)) { $0 + $1.figures.estimatedCost } == summary.total.estimatedCost)

    // The end itself isn't part.
    let day = try await reply.summary(
      ofWorkspace: workspace, from: try Date("2024-08-06T00:00:00Z", strategy: .iso8601),
      to: try Date("2024-08-07T00:00:00Z", strategy: .iso8601))
    #expect(day.total.calls == 3)
    #expect(day.total.estimatedCost == Decimal(string: "0.3035"))
    let none = try await reply.summary(
      ofWorkspace: workspace, from: try Date("2030-01-01T00:00:00Z", strategy: .iso8601))
    #expect(none.total == Sendfx.UsageSummary.Figures())
    #expect(none.byWriter.isEmpty)
    await #expect(throws: RepositoryError.notFound(entity: "workspaces", key: "gone")) {
      try await reply.summary(ofWorkspace: "gone")
    }
    let page = try await reply.page(ofWorkspace: workspace, writer: .reply, limit: 1)
    #expect(page.items == [second])
    #expect(
      try await reply.page(ofWorkspace: workspace, writer: .reply, after: page.next, limit: 1).items == [
        first
      ])
  }

  @Test("a batch lands wholly or not at all")
  func batches() async throws {
    let usage = Sendfx.OpenAIUsageRepository(scene.core)
    var calls = try (0..<50).map { try call(.reply, "gpt-4o", $0, $0, "2024-08-06T10:00:00Z") }
    calls[30].workspaceID = "gone"
    await #expect(throws: DatabaseError.self) { try await usage.log(calls) }
    #expect(try await usage.summary(ofWorkspace: workspace).total.calls == 0)
    #expect(try await usage.log([]) == 0)
    let results = await atOnce(100) { number in
      try await usage.log([
        try call(.agent, "gpt-4o", number, 0, "2024-08-06T10:00:00Z", cost: "0.000001"),
        try call(.reply, "gpt-4o", 0, number, "2024-08-06T10:00:00Z", cost: "0.000002"),
      ])
    }
    #expect(results.compactMap(\.failure).isEmpty)
    let total = try await usage.summary(ofWorkspace: workspace).total
    #expect(total.calls == 200)
    #expect(total.totalTokens == 9900)
    #expect(total.estimatedCost == Decimal(string: "0.0003"))
  }

  @Test("the summary of a month is one scan of the index by workspace and time")
  func plan() async throws {
    try await scene.database.run(
      "INSERT INTO core.workspaces (id, name, slug, owner_id)"
        + " SELECT 'w' || n, 'W', 'w-' || n, (SELECT owner_id FROM core.workspaces WHERE id = '\(workspace)') FROM generate_series(1, 50) AS n"
    )
    try await scene.database.run(
      "INSERT INTO core.openai_usage (id, workspace_id, writer, model, created_at)"
        + " SELECT n::text, 'w' || (n % 50 + 1), 'reply', 'gpt-4o', timestamptz '2026-01-01' + n * interval '1 minute'"
        + " FROM generate_series(1, 20000) AS n")
    try await scene.database.run("ANALYZE core.openai_usage")
    let from = try Date("2026-01-03T00:00:00Z", strategy: .iso8601)
    let rows = try await scene.database.query(
      "EXPLAIN (FORMAT TEXT, COSTS OFF) SELECT " + UsageQuery.sql("core.openai_usage"),
      UsageQuery.parameters("w7", from, from + 86400))
    let plan = try rows.map { try $0["QUERY PLAN", as: String.self] }.joined(separator: "\n")
    #expect(plan.contains("openai_usage_by_workspace_and_time"), "\(plan)")
    #expect(!plan.contains("Seq Scan"), "\(plan)")
    #expect(plan.components(separatedBy: "Scan").count - 1 <= 2, "\(plan)")
  }
}
