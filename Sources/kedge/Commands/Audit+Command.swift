internal import Audit
internal import AuditReports
internal import Backfill
internal import CommandLine
internal import Mapping

extension Session {
  /// `kedge audit`
  func audit() throws -> Int32 {
    let outputs = try AuditOutputs(command)
    if command.value("every") != nil { return try auditOnSchedule(outputs) }
    try refuseScheduleOptions()
    let hooks = try driftHooks()
    if let file = command.value("apply") {
      try refuseHooks(with: "apply")
      let set = try liveSet()
      let entities = try wantedEntities(in: set)
      try checkRepairOptions(set, entities)
      return try applyPlan(file, set, entities: entities)
    }
    let (report, context) = try compare(outputs)
    let code = try deliver(report, of: context.set, to: outputs)
    return tell(hooks, report, outputs, context.target) ? code : ExitCode.failed
  }

  /// One audit as the command line asks for it.
  ///
  /// - Parameters:
  ///   - tenure: the lease that it runs under, for an audit on a schedule.
  ///   - accept: looks at the mapping set before anything is done with it.
  func compare(
    _ outputs: AuditOutputs, tenure: AuditTenure? = nil, accept: (MappingSet) throws -> Void = { _ in }
  ) throws -> (AuditReport, BackfillContext) {
    let set = try liveSet()
    try accept(set)
    var options = AuditOptions()
    options.entities = try wantedEntities(in: set)
    options.takesBaselines = command.flag("new-baseline")
    try applyComparingOptions(to: &options)
    options.listed = outputs.listed(isJSON: isJSON)
    options.tenure = tenure
    try checkRepairOptions(set, options.entities)
    options.repairs = command.flag("repair")
    options.plan = command.value("plan")
    options.guardrails = guardrailFindings(set, only: options.entities)
    let context = try context(set, plans: try corePlans(of: set))
    let audit = Audit(context, featurePlans: try featurePlans(of: set), options: options)
    return (try audit.run(), context)
  }
}
