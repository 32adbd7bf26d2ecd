internal import Codec
internal import CommandLine
internal import Foundation

/// How a plan stands in its file: JSON Lines, a header, one line for each action, and a last line.
///
/// Every line ends with its own digest, which the header's is part of. So a line can be removed, and one that was altered,
/// or brought from another plan, is found. It guards against slips, not against somebody who means harm.
enum PlanFile {
  /// A line of an action, as it is read.
  struct Line: Decodable {
    var n: Int
    var action: PlannedAction.Kind
    var entity: String
    var key: [String]
    var columns: [ColumnEvidence]
    var takes: [Taken]?
    var difference: Int
    var locator: String?
    var source: String?
    var target: String?
  }

  /// The last line.
  struct End: Decodable {
    var end: Bool
    var actions: Int
  }

  /// The text of a digest at a line's end.
  static func seal(_ digest: String) -> String { ",\"digest\":\"\(digest)\"}" }
  static let sealLength = seal(String(repeating: "0", count: 64)).utf8.count

  /// A line without its last brace and digest, and the digest that it must have.
  static func digest(of body: String, header: String) -> String { SHA256.hex(of: header + "\n" + body) }

  /// Seals an object.
  static func sealed(_ members: [(String, JSONValue)], header: String) -> (line: String, digest: String) {
    let body = String(JSONValue.object(members).text(.compact).dropLast())
    let digest = digest(of: body, header: header)
    return (body + seal(digest), digest)
  }

  static func members(_ header: PlanHeader) -> [(String, JSONValue)] {
    func object(_ texts: [String: String]) -> JSONValue {
      .object(texts.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })
    }
    return [
      ("kedge_plan", .int(header.version)), ("set", .string(header.set)), ("run", .int(header.run)),
      ("created", .string(header.created)), ("sources", object(header.sources)),
      ("target", .string(header.target)), ("mappings", object(header.mappings)),
    ]
  }

  /// - Parameters:
  ///   - key: as it may be shown.
  ///   - isNamed: whether the locator may stand in the file.
  static func members(_ action: PlannedAction, key: [String], isNamed: Bool) -> [(String, JSONValue)] {
    var members: [(String, JSONValue)] = [
      ("n", .int(action.number)), ("action", .string(action.kind.rawValue)),
      ("entity", .string(action.entity)),
      ("key", .strings(key)),
      (
        "columns",
        .array(
          action.columns.map {
            .object([
              ("column", .string($0.column)), ("source", .optional($0.source)),
              ("target", .optional($0.target)),
            ])
          })
      ),
    ]
    if !action.takes.isEmpty {
      let takes = action.takes.map {
        JSONValue.object([
          ("table", .string($0.table)), ("effect", .string($0.effect.rawValue)), ("rows", .int($0.rows)),
        ])
      }
      members.append(("takes", .array(takes)))
    }
    members.append(("difference", .int(action.difference)))
    if isNamed, let locator = action.locator {
      members.append(("locator", .string(Data(locator).base64EncodedString())))
    }
    members.append(("source", .optional(action.source.map(Hex.text))))
    members.append(("target", .optional(action.target.map(Hex.text))))
    return members
  }
}
