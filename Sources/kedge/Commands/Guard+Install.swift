internal import CommandLine
internal import DatabaseGuards
internal import Mapping
internal import Postgres

/// The rules inside the databases.
extension Session {
  /// `kedge guard install`
  func guardInstall() throws -> Int32 {
    let (installer, entities) = try installerAndEntities()
    let isDry = command.flag("dry-run")
    let steps = try isDry ? installer.steps(entities) : installer.install(entities)
    let limits = try installer.limits()
    if isJSON {
      output(
        .object([
          ("ok", .bool(true)), ("dry_run", .bool(isDry)), ("steps", json(steps)), ("limits", json(limits)),
        ]))
    } else {
      output(
        (isDry
          ? statements(steps, none: "the rules are in place; there is nothing to do")
          : done(steps, none: "the rules were in place already")) + text(limits))
    }
    return ExitCode.done
  }

  /// `kedge guard uninstall`
  func guardUninstall() throws -> Int32 {
    let (installer, _) = try installerAndEntities()
    let isDry = command.flag("dry-run")
    let steps = try isDry ? installer.removals() : installer.uninstall()
    if isJSON {
      output(.object([("ok", .bool(true)), ("dry_run", .bool(isDry)), ("steps", json(steps))]))
    } else {
      output(
        isDry
          ? statements(steps, none: "no rules are installed; there is nothing to do")
          : done(steps, none: "no rules were installed"))
    }
    return ExitCode.done
  }

  /// `kedge guard status`
  func guardStatus() throws -> Int32 {
    let (installer, entities) = try installerAndEntities()
    let findings = try installer.findings().filter { finding in
      finding.entity.isEmpty || (entities?.contains(finding.entity) ?? true)
    }
    // A store in which nothing was ever installed has no findings, but isn't in place either.
    let missing = Set(try installer.steps(entities).map(\.store)).subtracting(findings.map(\.store)).sorted()
    let limits = try installer.limits()
    let isInPlace = findings.isEmpty && missing.isEmpty
    if isJSON {
      output(
        .object([
          ("in_place", .bool(isInPlace)),
          (
            "findings",
            .array(
              findings.map { finding in
                .object([
                  ("store", .string(finding.store)), ("entity", .string(finding.entity)),
                  ("kind", .string(finding.kind)), ("object", .string(finding.object)),
                  ("problem", .string(finding.problem.rawValue)), ("message", .string(finding.message)),
                ])
              })
          ),
          ("not_installed", .strings(missing)), ("limits", json(limits)),
        ]))
    } else {
      var lines = findings.map { "\(style.red($0.problem.rawValue)) in \($0.store): \($0.message)" }
      lines += missing.map {
        "\(style.red("not installed")) in \($0): put its rules there with: kedge guard install"
      }
      if isInPlace { lines.append(style.green("the rules are in place")) }
      output(lines.joined(separator: "\n") + text(limits))
    }
    return isInPlace ? ExitCode.done : ExitCode.drift
  }

  /// `kedge guard diff`
  func guardDiff() throws -> Int32 {
    let (installer, entities) = try installerAndEntities()
    let steps = try installer.steps(entities)
    if isJSON {
      output(.object([("in_place", .bool(steps.isEmpty)), ("steps", json(steps))]))
    } else {
      output(statements(steps, none: "the rules are as the mapping wants them"))
    }
    return steps.isEmpty ? ExitCode.done : ExitCode.drift
  }

  private func installerAndEntities() throws -> (GuardInstaller, Set<String>?) {
    let set = try mappingSet()
    let names = command.takes("entity") ? try wantedEntities(in: set) : []
    let stores = try wantedStores(in: set)
    guard let settings = try existingTarget(of: set) else {
      throw UsageProblem("no target is configured; give --target URL, or start one with: kedge dev up")
    }
    let connection = try PostgresConnection(settings)
    return (
      try guardInstaller(set, target: connection, stores: stores), names.isEmpty ? nil : Set(names)
    )
  }

  private func statements(_ steps: [GuardStep], none: String) -> String {
    guard !steps.isEmpty else { return none }
    return steps.map { step in
      style.dim("-- \(step.store): \(step.action.rawValue) \(step.kind) \(step.object)")
        + "\n\(step.statement);"
    }.joined(separator: "\n")
  }

  private func done(_ steps: [GuardStep], none: String) -> String {
    guard !steps.isEmpty else { return style.green(none) }
    let past: [GuardStep.Action: String] = [
      .create: "created", .replace: "replaced", .remove: "removed", .restore: "restored",
    ]
    return steps.map { step in
      "\(step.store): \(past[step.action] ?? step.action.rawValue) \(step.kind) \(step.object)"
    }.joined(separator: "\n")
  }

  private func text(_ limits: [(store: String, limit: String)]) -> String {
    limits.map { "\n\(style.yellow("limit")) of \($0.store): \($0.limit)" }.joined()
  }

  private func json(_ limits: [(store: String, limit: String)]) -> JSONValue {
    .array(limits.map { .object([("store", .string($0.store)), ("limit", .string($0.limit))]) })
  }

  private func json(_ steps: [GuardStep]) -> JSONValue {
    .array(
      steps.map { step in
        .object([
          ("store", .string(step.store)), ("entity", .string(step.entity)), ("kind", .string(step.kind)),
          ("object", .string(step.object)), ("action", .string(step.action.rawValue)),
          ("statement", .string(step.statement)),
        ])
      })
  }
}
