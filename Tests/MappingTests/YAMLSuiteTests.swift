import Foundation
import Testing

@testable import Mapping

/// One case of the YAML test suite. A suite's file is YAML itself, so that our own parser reads it.
struct SuiteCase {
  var name: String
  var yaml: String
  var isInvalid: Bool
  /// The events of a valid case, without anchors, tags and styles of collections.
  var tree: [String]
}

@Suite("YAML test suite")
struct YAMLSuiteTests {
  static let folder = ProcessInfo.processInfo.environment["KEDGE_DATA_DIR"].map {
    $0 + "/suites/yaml-test-suite"
  }

  /// Valid YAML that we refuse, each with its reason. libyaml reads YAML 1.1, the suite is YAML 1.2.
  static let refusedByDesign: [String: String] = [
    "2JQS": "keys are empty, and twice", "M2N8/0": "an empty key", "NHX8": "an empty key",
    "NKF9": "empty keys", "S3PD": "an empty key",
    "SM9W/1": "an empty key", "CFD4": "an empty key", "FRK4": "an empty key",
    "2SXE": "an anchor with a colon in its name", "Y2GN": "an anchor with a colon in its name",
    "HM87/1": "a text that starts with \"?\" in [ ]",
    "4ABK": "\":\" right after a plain key in { }", "4MUZ/0": "\":\" on a line of its own",
    "4MUZ/1": "\":\" on a line of its own",
    "4MUZ/2": "\":\" on a line of its own", "HM87/0": "a text that starts with \":\" in [ ]",
    "K3WX": "\":\" on a line of its own",
    "UT92": "\"%\" at a line's start in { }", "VJP3/1": "\":\" on a line of its own",
    "7Z25": "a document after \"...\"", "DK3J": "a block text without indentation", "HWV9": "\"...\" alone",
    "M7A3": "a document after \"...\"",
    "QT73": "\"...\" alone", "DK95/0": "a tab before a value", "DK95/3": "a line of tabs",
    "DK95/4": "a line of tabs",
  ]

  @Test(
    "valid cases give the suite's tree, invalid ones are refused",
    .enabled(if: YAMLSuiteTests.folder != nil, "KEDGE_DATA_DIR is not set"))
  func suite() throws {
    let folder = try #require(Self.folder)
    var counts = (valid: 0, invalid: 0, refused: 0)
    for file in try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    where file.hasSuffix(".yaml") {
      let cases = try cases(in: folder + "/" + file)
      for (index, test) in cases.enumerated() {
        let identifier = String(file.dropLast(5)) + (cases.count > 1 ? "/\(index)" : "")
        let log = DiagnosticLog()
        let roots = YAMLDocument.readAll(SourceText(file: identifier, text: test.yaml), log: log)
        let isRefused = roots == nil || log.hasErrors
        let said = log.diagnostics.map(oneLine)
        if test.isInvalid {
          #expect(
            isRefused, "\(identifier) \(test.name) is invalid, but was read: \(test.yaml.debugDescription)")
          counts.invalid += 1
        } else if Self.refusedByDesign[identifier] != nil
          || said.contains(where: {
            $0.contains("have no directives") || $0.contains("this isn't YAML") && test.yaml.contains("%")
          })
        {
          #expect(isRefused, "\(identifier) \(test.name) is on the list of refusals, but was read")
          counts.refused += 1
        } else {
          #expect(!isRefused, "\(identifier) \(test.name): \(said) \(test.yaml.debugDescription)")
          if let roots, !isRefused, !test.tree.contains(where: { $0.hasPrefix("=ALI") }) {
            let found = tree(roots)
            #expect(found == test.tree, "\(identifier)")
          }
          counts.valid += 1
        }
        for diagnostic in log.diagnostics {
          #expect(diagnostic.location.line >= 1 && diagnostic.location.column >= 1)
          #expect(
            diagnostic.location.line
              <= test.yaml.split(separator: "\n", omittingEmptySubsequences: false).count)
        }
      }
    }
    #expect(counts.valid >= 120 && counts.invalid >= 40, "\(counts)")
  }

  private func cases(in path: String) throws -> [SuiteCase] {
    let log = DiagnosticLog()
    let source = SourceText(file: path, bytes: Array(try Data(contentsOf: URL(fileURLWithPath: path))))
    let root = try #require(YAMLDocument.read(source, log: log), "\(log.diagnostics.map(oneLine))")
    var inherited: [String: String] = [:]
    return try #require(root.items).map { item in
      for pair in try #require(item.pairs) {
        inherited[try #require(pair.key.scalarText)] = pair.value.scalarText ?? ""
      }
      let isInvalid = item.pairs?.contains { $0.key.scalarText == "fail" } ?? false
      return SuiteCase(
        name: inherited["name"] ?? "", yaml: unescaped(inherited["yaml"] ?? ""), isInvalid: isInvalid,
        tree: (inherited["tree"] ?? "").split(separator: "\n").map { plainEvent(String($0)) })
    }
  }

  /// The suite writes characters that can't be seen as others that can.
  private func unescaped(_ text: String) -> String {
    text.replacing(/—*»/, with: "\t").replacing("␣", with: " ").replacing("↵", with: "").replacing(
      "←", with: "\r"
    )
    .replacing("⇔", with: "\u{FEFF}").replacing("∎\n", with: "")
  }

  private func plainEvent(_ line: String) -> String {
    var event = unescaped(line).drop { $0 == " " }
    if event.hasPrefix("+DOC") { event = "+DOC" }
    if event.hasPrefix("-DOC") { event = "-DOC" }
    var words = event.split(separator: " ", omittingEmptySubsequences: false)
    let isScalar = words[0] == "=VAL"
    func isProperty(_ word: Substring) -> Bool {
      word.hasPrefix("&") || (word.hasPrefix("<") && word.hasSuffix(">"))
        || (!isScalar && (word == "[]" || word == "{}"))
    }
    while words.count > 1, isProperty(words[1]) { words.remove(at: 1) }
    return words.joined(separator: " ")
  }

  private func tree(_ roots: [YAMLNode]) -> [String] {
    var lines = ["+STR"]
    for root in roots {
      lines.append("+DOC")
      append(root, to: &lines)
      lines.append("-DOC")
    }
    return lines + ["-STR"]
  }

  private func append(_ node: YAMLNode, to lines: inout [String]) {
    switch node.content {
    case .sequence(let items):
      lines.append("+SEQ")
      for item in items { append(item, to: &lines) }
      lines.append("-SEQ")
    case .mapping(let pairs):
      lines.append("+MAP")
      for pair in pairs {
        append(pair.key, to: &lines)
        append(pair.value, to: &lines)
      }
      lines.append("-MAP")
    case .scalar(let text, let style):
      var escaped = "=VAL " + sign(style)
      for scalar in text.unicodeScalars {
        switch scalar {
        case "\\": escaped += "\\\\"
        case "\n": escaped += "\\n"
        case "\t": escaped += "\\t"
        case "\r": escaped += "\\r"
        case "\u{8}": escaped += "\\b"
        default: escaped.unicodeScalars.append(scalar)
        }
      }
      lines.append(escaped)
    }
  }

  private func sign(_ style: YAMLNode.Style) -> String {
    switch style {
    case .plain: ":"
    case .singleQuoted: "'"
    case .doubleQuoted: "\""
    case .literal: "|"
    case .folded: ">"
    }
  }
}
