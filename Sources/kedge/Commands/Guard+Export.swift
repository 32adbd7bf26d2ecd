internal import CommandLine
internal import Foundation
internal import GuardExport
internal import Guardrails
internal import Progress

extension Session {
  /// `kedge guard export`
  func guardExport() throws -> Int32 {
    let basis = try guardBasis(try mappingSet(), isOffline: command.flag("offline"))
    let text =
      switch command.value("lang") {
      case "typescript": TypeScriptModule.text(basis.plan)
      case "python": PythonModule.text(basis.plan)
      case "swift": SwiftTypes.text(basis.plan)
      default: PlanDocument.json(basis.plan).text(.pretty) + "\n"
      }
    if basis.phases == .mapping { log.info("the phases are those of the mapping files") }
    guard let path = command.value("out") else {
      if isJSON, command.value("lang") != "json" {
        output(["language": .optional(command.value("lang")), "text": .string(text)])
      } else {
        output(text)
      }
      return ExitCode.done
    }
    // Whole or not at all: a program may be loading it.
    do { try Data(text.utf8).write(to: URL(filePath: path), options: .atomic) } catch {
      throw UsageProblem("\(path) can't be written: \(error.localizedDescription)")
    }
    if isJSON {
      output([
        "file": .string(path), "language": .optional(command.value("lang")), "epoch": .int(basis.plan.epoch),
        "phases": .string(basis.phases.rawValue),
      ])
    } else {
      log.info("wrote \(path)")
    }
    return ExitCode.done
  }
}
