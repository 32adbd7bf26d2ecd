internal import Audit
internal import Backfill
internal import Catalog
internal import CommandLine
internal import DatabaseGuards
internal import Executors
internal import Foundation
internal import Mapping
internal import Migrations
internal import Progress
internal import Reset
internal import Seeds

/// One invocation: what was asked, in which environment, and where output goes.
///
/// Results go to standard output (one JSON document with `--json`), everything else to standard error.
struct Session {
  let command: ParsedCommand
  let environment: [String: String]
  let stop: StopFlag
  let log: Log
  let progress: ProgressReporter
  /// For standard output.
  let style: ANSIStyle

  init(command: ParsedCommand, environment: [String: String], stop: StopFlag) {
    self.command = command
    self.environment = environment
    self.stop = stop
    let noColor = command.flag("no-color")
    style = ANSIStyle(
      isTerminal: Terminal.isTerminal(STDOUT_FILENO), environment: environment, noColor: noColor)
    let errorStyle = ANSIStyle(
      isTerminal: Terminal.isTerminal(STDERR_FILENO), environment: environment, noColor: noColor)
    let isQuiet = command.flag("quiet")
    progress = ProgressReporter(
      mode: isQuiet ? .quiet : Terminal.isTerminal(STDERR_FILENO) ? .live : .plain)
    log = Log(
      level: isQuiet ? .quiet : command.flag("verbose") ? .verbose : .normal, style: errorStyle,
      above: progress)
  }

  var isJSON: Bool { command.flag("json") }

  /// Runs the command and says what to exit with.
  func run() -> Int32 {
    defer { progress.stop() }
    do {
      return try dispatch()
    } catch let error as MappingErrors {
      fail(error.description, isSentence: false)
      return ExitCode.usage
    } catch let error as UsageProblem {
      fail(error.description)
      return ExitCode.usage
    } catch let error as OwnershipRefusal {
      fail(error.description)
      return ExitCode.refused
    } catch let error as PhaseChanged {
      fail(error.description)
      return ExitCode.refused
    } catch let error as PhaseRefusal {
      fail(error.description)
      return ExitCode.refused
    } catch let error as CleanRefusal {
      fail(error.description)
      return ExitCode.refused
    } catch let error as ResetRefusal {
      fail(error.description)
      return ExitCode.refused
    } catch let error as ResetInterrupted {
      fail(error.description)
      return ExitCode.interrupted
    } catch BackfillError.interrupted {
      fail(BackfillError.interrupted.description)
      return ExitCode.interrupted
    } catch AuditError.interrupted {
      fail(AuditError.interrupted.description)
      return ExitCode.interrupted
    } catch let error as GuardWasStopped {
      fail(error.description)
      return ExitCode.interrupted
    } catch let error as RepairError {
      fail(error.description)
      return error.exitCode
    } catch let error as MigrationProblems {
      fail(error.description, isSentence: false)
      return ExitCode.usage
    } catch let error as MigrationProblem {
      fail(error.description, isSentence: false)
      return ExitCode.usage
    } catch MigrationError.interrupted {
      fail(MigrationError.interrupted.description)
      return ExitCode.interrupted
    } catch let error as SeedErrors {
      fail(error.description, isSentence: false)
      return ExitCode.usage
    } catch let error as SeedRefusal {
      fail(error.description, isSentence: false)
      return ExitCode.refused
    } catch SeedError.failed(let failure) {
      fail(failure.description, isSentence: false)
      return ExitCode.failed
    } catch SeedError.interrupted {
      fail(SeedError.interrupted.description)
      return ExitCode.interrupted
    } catch let error as PlanError {
      fail(error.description, isSentence: false)
      return ExitCode.usage
    } catch {
      fail("\(error)")
      return ExitCode.failed
    }
  }

  private func dispatch() throws -> Int32 {
    switch command.path {
    case ["scan"]: return try scan()
    case ["infer"]: return try infer()
    case ["check"]: return try check()
    case ["schema"]: return try schema()
    case ["backfill"]: return try backfill()
    case ["audit"]: return try audit()
    case ["audit", "history"]: return try auditHistory()
    case ["audit", "show"]: return try auditShow()
    case ["clean"]: return try clean()
    case ["quarantine", "list"]: return try quarantineList()
    case ["quarantine", "show"]: return try quarantineShow()
    case ["quarantine", "replay"]: return try quarantineReplay()
    case ["status"]: return try status()
    case ["phase", "show"]: return try phaseShow()
    case ["phase", "set"]: return try phaseSet()
    case ["guard", "check"]: return try guardCheck()
    case ["guard", "explain"]: return try guardExplain()
    case ["guard", "export"]: return try guardExport()
    case ["guard", "serve"]: return try guardServe()
    case ["guard", "report"]: return try guardReport()
    case ["guard", "install"]: return try guardInstall()
    case ["guard", "uninstall"]: return try guardUninstall()
    case ["guard", "status"]: return try guardStatus()
    case ["guard", "diff"]: return try guardDiff()
    case ["pause"]: return try pause(true)
    case ["resume"]: return try pause(false)
    case ["rate"]: return try rate()
    case let path where path.count == 2 && path[0] == "migrate": return try migrate(path[1])
    case ["seed"]: return try seed()
    case ["reset"]: return try reset()
    case ["usage"]: return try usage()
    case ["ensure"]: return try ensure()
    case let path where path[0] == "files": return try files()
    case ["doctor"]: return try doctor()
    case ["dev", "up"], ["dev", "down"], ["dev", "url"], ["dev", "status"]: return try dev(command.path[1])
    case ["dev", "psql"]: return try devPsql()
    case ["completion"]: return try completion()
    default:
      throw UsageProblem("the command \(command.path.joined(separator: " ")) isn't known; see: kedge --help")
    }
  }

  private func fail(_ message: String, isSentence: Bool = true) {
    progress.stop()
    if isSentence {
      log.error(message)
    } else {
      Terminal.write(message.hasSuffix("\n") ? message : message + "\n", to: STDERR_FILENO)
    }
    if isJSON { output(["ok": false, "error": .string(message)]) }
  }

  /// Writes the command's one JSON document; of a command that goes on for ever, one of many, each on a line of its own.
  func output(_ json: JSONValue) {
    progress.stop()
    let isOneOfMany = command.takes("every") && command.value("every") != nil
    Terminal.write(json.text(isOneOfMany ? .compact : .pretty) + "\n", to: STDOUT_FILENO)
  }

  /// Writes a result for a person.
  func output(_ text: String) {
    progress.stop()
    Terminal.write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO)
  }

  private func completion() throws -> Int32 {
    guard let shell = command.arguments.first.flatMap(Shell.init(rawValue:)) else {
      throw UsageProblem("name a shell: \(Shell.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    output(kedgeProgram.completion(for: shell))
    return ExitCode.done
  }
}

/// A command line that parses but can't be carried out.
struct UsageProblem: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
