internal import CommandLine
internal import Executors
internal import Foundation
internal import GuardExport
internal import Guardrails
internal import Mapping

extension Session {
  /// `kedge guard check`
  func guardCheck() throws -> Int32 {
    let request = try command.value("from") == nil ? guardRequest() : nil
    if request == nil { try refuseOneRequest() }
    let basis = try guardBasis(try mappingSet(), isOffline: command.flag("offline"))
    guard let request else { return try answerLines(command.value("from") ?? "-", basis) }
    let answer = basis.plan.answer(request)
    if isJSON {
      output(.object(answer.members + [("phases", .string(basis.phases.rawValue))]))
    } else {
      output(text(answer, basis))
    }
    return answer.decision.isAllowed ? ExitCode.done : ExitCode.refused
  }

  private func guardRequest() throws -> GuardRequest {
    guard command.arguments.count == 2 else {
      throw UsageProblem(
        "guard check wants an entity and an operation (\(WriteOperation.words)), or --from and a file of requests"
      )
    }
    guard let store = command.value("in") else {
      throw UsageProblem("say which store is written to: --in STORE")
    }
    return GuardRequest(
      entity: command.arguments[0], store: store, operation: command.arguments[1],
      writer: command.value("as"),
      fence: command.integer("fence"))
  }

  /// With `--from`, requests say it all.
  private func refuseOneRequest() throws {
    guard command.arguments.isEmpty, ["in", "as", "fence"].allSatisfy({ command.value($0) == nil }) else {
      throw UsageProblem("--from reads whole requests: leave ENTITY, OPERATION, --in, --as and --fence out")
    }
  }

  private func text(_ answer: GuardAnswer, _ basis: GuardBasis) -> String {
    let word =
      answer.decision.isObserved
      ? style.yellow("observed") : answer.decision.isAllowed ? style.green("allowed") : style.red("refused")
    let said = DisplayText.escapingControls(answer.explanation.description)
    let source = basis.phases == .live ? "phases as they are set now" : "phases of the mapping files"
    return "\(word): \(said)\n\(style.dim(source))"
  }

  /// Answers requests as they come, a line each.
  private func answerLines(_ path: String, _ basis: GuardBasis) throws -> Int32 {
    var desk = GuardDesk()
    var isRefused = false
    var isMalformed = false
    for line in try GuardLines(path) {
      if stop.isSet { return ExitCode.interrupted }
      guard !line.allSatisfy({ $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\r") }) else { continue }
      do throws(MalformedRequest) {
        let reply = try desk.reply(
          GuardQuestion(line: line), plan: basis.plan, phases: basis.phases.rawValue, today: .inUTC())
        if reply.answer?.decision.isAllowed == false { isRefused = true }
        outputLine(reply.line)
      } catch {
        isMalformed = true
        outputLine(error.answer)
      }
    }
    return isMalformed ? ExitCode.usage : isRefused ? ExitCode.refused : ExitCode.done
  }

  private func outputLine(_ json: JSONValue) {
    FileHandle.standardOutput.write(Data((json.text(.compact) + "\n").utf8))
  }
}

extension WriteOperation {
  /// All of them, for usage messages.
  static var words: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
