internal import Audit
internal import AuditReports
internal import CommandLine
internal import Foundation
internal import Mapping

extension Session {
  /// `kedge audit`
  func audit() throws -> Int32 {
    let outputs = try AuditOutputs(command)
    let set = try mappingSet()
    var options = AuditOptions()
    options.entities = try wantedEntities(in: set)
    options.repairs = command.flag("repair")
    options.workers = ProcessInfo.processInfo.activeProcessorCount
    options.listed = outputs.listed(isJSON: isJSON)
    var plans = try corePlans(of: set).filter { $0.entity.phase != .retired }
    if options.repairs { plans = try movable(plans, asked: options.entities) }
    let audit = Audit(
      try context(set, plans: plans), featurePlans: try featurePlans(of: set),
      options: options)
    return try deliver(try audit.run(), of: set, to: outputs)
  }
}
