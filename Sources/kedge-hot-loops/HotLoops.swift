internal import Foundation
internal import SampleData

/// Runs one of the engine's hot loops over prepared records, and nothing else: what tools that count instructions are
/// pointed at. No server takes part.
///
/// ```
/// kedge-hot-loops prepare FOLDER N     makes N records of each kind in an existing folder
/// kedge-hot-loops LOOP FOLDER N        runs a loop over the first N of them
/// kedge-hot-loops list                 names the loops
/// ```
@main
enum HotLoops {
  static func main() {
    do {
      print(try answer(Array(CommandLine.arguments.dropFirst())))
    } catch {
      FileHandle.standardError.write(Data("kedge-hot-loops: error: \(error)\n".utf8))
      exit(1)
    }
  }

  private static func answer(_ arguments: [String]) throws -> String {
    if arguments == ["list"] { return HotLoop.all.map(\.name).joined(separator: "\n") }
    guard arguments.count == 3, let count = Int(arguments[2]), count > 0 else {
      throw HotLoopError("give it `prepare FOLDER N`, `LOOP FOLDER N` or `list`")
    }
    let data = HotData(folder: arguments[1])
    if arguments[0] == "prepare" {
      try data.prepare(count)
      return "{\"prepared\": \(count)}"
    }
    guard let loop = HotLoop.all.first(where: { $0.name == arguments[0] }) else {
      throw HotLoopError("\(arguments[0]) is no loop; `kedge-hot-loops list` names them")
    }
    let made = try loop.run(data, count)
    return "{\"loop\": \"\(loop.name)\", \"runs\": \(made.runs), \"made\": \(made.made)}"
  }
}

/// One loop, by its name.
struct HotLoop: Sendable {
  /// What a loop did, so that it can be checked that it did it.
  struct Made {
    /// Records that were encoded, or questions that were answered.
    var runs = 0
    /// Bytes of rows, or right answers.
    var made = 0
  }

  let name: String
  let run: @Sendable (HotData, Int) throws -> Made

  /// What is measured: tools begin to count where this function is entered, and end where it returns.
  @inline(never)
  static func measure(_ body: () throws -> Void) throws { try body() }

  static let all: [HotLoop] =
    [MeasuredKind.users, .usageEvents].flatMap { kind in
      [
        HotLoop(name: "mongo-\(kind.rawValue)") { try EncodeLoop(kind, isDocument: true).run($0, $1) },
        HotLoop(name: "sqlite-\(kind.rawValue)") { try EncodeLoop(kind, isDocument: false).run($0, $1) },
      ]
    } + [
      HotLoop(name: "guard-by-handles") { try GuardLoop().runByHandles($1) },
      HotLoop(name: "guard-by-names") { try GuardLoop().runByNames($1) },
      HotLoop(name: "key-compare") { try KeyLoop().run($1) },
    ]
}

/// Why a loop can't run.
struct HotLoopError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
