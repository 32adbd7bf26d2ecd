import CommandLine
import Foundation
import GuardExport
import Guardrails
import Mapping
import TestSupport

/// Exported modules in a folder, and the programs that ask them.
struct ModuleScene {
  enum Language: String, CaseIterable {
    case python, node

    var isThere: Bool {
      switch self {
      case .python: Interpreter.python != nil
      case .node: Interpreter.node != nil && Interpreter.typescript != nil
      }
    }
  }

  let folder: TemporaryFolder
  let language: Language

  /// Writes a plan's module, and compiles it where that is needed.
  init(_ plan: GuardPlan, _ language: Language) throws {
    self.language = language
    folder = try TemporaryFolder()
    switch language {
    case .python: try folder.write("guard.py", PythonModule.text(plan))
    case .node:
      try folder.write("guard.ts", TypeScriptModule.text(plan))
      let compiled = try compile("guard.ts")
      guard compiled.code == 0 else { throw UnexpectedResult(description: compiled.output) }
    }
  }

  private static func found(_ interpreter: Interpreter?) throws -> Interpreter {
    guard let interpreter else { throw UnexpectedResult(description: "the interpreter isn't there") }
    return interpreter
  }

  /// Compiles TypeScript as strictly as the compiler can.
  func compile(_ file: String) throws -> (code: Int32, output: String, errors: String) {
    try Self.found(Interpreter.typescript).run(
      [
        "--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes", "--noImplicitReturns",
        "--noUnusedLocals", "--noUnusedParameters", "--noFallthroughCasesInSwitch", "--target", "es2020",
        "--module", "commonjs", file,
      ], in: folder.path)
  }

  /// Runs a program that has the module as `guard` and lines of standard input as `lines`, and prints lines of JSON.
  func run(python: String, node: String, input: String = "") throws -> [NSDictionary] {
    let outcome: (code: Int32, output: String, errors: String)
    switch language {
    case .python:
      try folder.write(
        "ask.py", "import json, sys, guard\nlines = [json.loads(line) for line in sys.stdin]\n" + python)
      outcome = try Self.found(Interpreter.python).run(["ask.py"], in: folder.path, input: input)
    case .node:
      let head = """
        const guard = require("./guard.js");
        const lines = require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean).map((line) => JSON.parse(line));
        const print = (value) => process.stdout.write(JSON.stringify(value) + "\\n");

        """
      try folder.write("ask.js", head + node)
      outcome = try Self.found(Interpreter.node).run(["ask.js"], in: folder.path, input: input)
    }
    guard outcome.code == 0 else { throw UnexpectedResult(description: outcome.errors) }
    return try outcome.output.split(separator: "\n").map { line in
      guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? NSDictionary else {
        throw UnexpectedResult(description: "no object: \(line)")
      }
      return object
    }
  }
}

/// A document as Foundation reads it, for comparing.
func dictionary(_ json: JSONValue) throws -> NSDictionary {
  guard let object = try JSONSerialization.jsonObject(with: Data(json.text(.compact).utf8)) as? NSDictionary
  else {
    throw UnexpectedResult(description: "no object")
  }
  return object
}
