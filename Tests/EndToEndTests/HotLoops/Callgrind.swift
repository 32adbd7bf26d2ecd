import Foundation
import TestSupport

/// What a program did inside the function that is measured, as valgrind's callgrind counted it: the same each time.
struct Callgrind {
  /// Instructions, without those of SQLite's own library.
  var instructions = 0
  /// Calls of the C library's allocator, without SQLite's own.
  var allocations = 0

  /// Where valgrind is, if it is there.
  static let path: String? = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    .map { "\($0)/valgrind" }.first(where: FileManager.default.isExecutableFile)

  /// Only the measured function counts, as its Swift name is mangled.
  static func arguments(for program: Program, _ arguments: [String], file: String) -> [String] {
    [
      "--tool=callgrind", "--quiet", "--toggle-collect=*7HotLoopV7measure*", "--callgrind-out-file=\(file)",
      program.path,
    ] + arguments
  }

  private static let allocators: Set<String> = [
    "malloc", "calloc", "realloc", "posix_memalign", "aligned_alloc", "memalign",
  ]

  /// Reads what callgrind wrote. In its format lines of costs follow the function (`fn=`) and the library (`ob=`) that they
  /// are of; a call is a line `calls=` with its number, and a line with the cost of all that was called, which stands among
  /// the called function's own. Names are written out once, with a number in parentheses that stands for them from then on.
  init(file: String) throws {
    let text = try String(contentsOfFile: file, encoding: .utf8)
    var names: [Substring: Substring] = [:]
    func name(_ field: Substring) -> Substring {
      guard field.hasPrefix("("), let end = field.firstIndex(of: ")") else { return field }
      let number = field[..<end]
      let rest = field[field.index(after: end)...].drop { $0 == " " }
      if !rest.isEmpty { names[number] = rest }
      return names[number] ?? ""
    }
    var libraries: [Substring: Substring] = [:]
    func library(_ field: Substring) -> Substring {
      swap(&names, &libraries)
      defer { swap(&names, &libraries) }
      return name(field)
    }
    var isCounted = true
    var called: Substring = ""
    var isCall = false
    for line in text.split(separator: "\n") {
      guard let first = line.utf8.first else { continue }
      if first == UInt8(ascii: "+") || first == UInt8(ascii: "-") || first == UInt8(ascii: "*")
        || first &- 0x30 < 10
      {
        let fields = line.split(separator: " ")
        if isCounted, !isCall, fields.count == 2, let cost = Int(fields[1]) { instructions += cost }
        isCall = false
        continue
      }
      guard let equals = line.firstIndex(of: "=") else { continue }
      let value = line[line.index(after: equals)...]
      switch line[..<equals] {
      case "ob": isCounted = !library(value).contains("libsqlite3")
      case "cob": _ = library(value)
      case "fn": _ = name(value)
      case "cfn": called = name(value)
      case "calls":
        isCall = true
        let number = value.split(separator: " ").first.flatMap { Int($0) } ?? 0
        if isCounted, Self.allocators.contains(String(called)) { allocations += number }
      default: break
      }
    }
  }
}
