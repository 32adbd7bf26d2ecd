internal import Audit
internal import AuditReports
internal import CommandLine
internal import Postgres
internal import Scheduling

/// Who is told of what an audit found.
extension Session {
  /// The hooks that the command line and the environment ask for.
  func driftHooks() throws -> DriftHooks {
    let url = command.value("webhook") ?? environment["KEDGE_WEBHOOK_URL"].flatMap { $0.isEmpty ? nil : $0 }
    let script = command.value("on-drift")
    if script == nil, command.value("hook-timeout") != nil {
      throw UsageProblem("--hook-timeout is about a command: give --on-drift, too")
    }
    if script == nil, url == nil, command.value("hook-on") != nil {
      throw UsageProblem("--hook-on needs somebody to tell: give --on-drift or --webhook, too")
    }
    let limit = (command.duration("hook-timeout") ?? .seconds(60)) / .seconds(1)
    guard limit > 0 else { throw UsageProblem("--hook-timeout takes a time of more than nothing") }
    let webhook: Webhook?
    do throws(WebhookURLError) {
      webhook = try url.map { text throws(WebhookURLError) in
        try Webhook(
          url: text, secret: environment["KEDGE_WEBHOOK_SECRET"].flatMap { $0.isEmpty ? nil : $0 },
          authorities: environment["SSL_CERT_FILE"].flatMap { $0.isEmpty ? nil : $0 })
      }
    } catch {
      throw UsageProblem(error.description)
    }
    return DriftHooks(
      command: script.map { CommandHook(command: $0, limit: limit, environment: environment) },
      webhook: webhook, occasion: command.value("hook-on").flatMap(HookOccasion.init) ?? .drift)
  }

  /// Hooks are told of audits; what carries a plan out is none.
  func refuseHooks(with option: String) throws {
    for name in ["on-drift", "webhook"] where command.value(name) != nil {
      throw UsageProblem("--\(name) is told what an audit found, and --\(option) makes none")
    }
  }

  /// Tells the hooks what the audit found. False when somebody was to be told and nobody was.
  func tell(_ hooks: DriftHooks, _ report: AuditReport, _ outputs: AuditOutputs, _ target: PostgresSettings)
    -> Bool
  {
    guard !hooks.isEmpty else { return true }
    let pages = outputs.rule.pages(report)
    let notice = DriftNotice(report, pages: pages, json: report.json(pages: pages).text(.compact))
    return hooks.tell(notice, target: target, log: log)
  }
}
