public import CommandLine
internal import Foundation

/// One question to a guardrail, as a line of JSON.
public struct GuardRequest: Sendable, Equatable {
  /// Sent back with the answer: a text, a whole number, or null.
  public var id: JSONValue
  public var entity: String
  public var store: String
  public var operation: String
  public var writer: String?
  public var fence: Int?
  /// The unit of work that the write belongs to.
  public var unit: String?
  /// The crossing that the unit of work may make.
  public var crossing: String?
  /// Where the write is, for those who read what was observed.
  public var caller: String?

  public init(
    entity: String, store: String, operation: String, writer: String? = nil, fence: Int? = nil,
    unit: String? = nil, crossing: String? = nil, caller: String? = nil, id: JSONValue = .null
  ) {
    self.id = id
    self.entity = entity
    self.store = store
    self.operation = operation
    self.writer = writer
    self.fence = fence
    self.unit = unit
    self.crossing = crossing
    self.caller = caller
  }
}

/// A line that isn't a question.
public struct MalformedRequest: Error, Sendable, CustomStringConvertible {
  /// Its `id`, where that could be read.
  public let id: JSONValue
  public let description: String

  public init(id: JSONValue, description: String) {
    self.id = id
    self.description = description
  }
}

extension GuardRequest {
  private static let required = ["entity", "store", "operation"]
  private static let optional = ["id", "writer", "fence", "unit", "crossing", "caller"]

  /// A key that isn't known is refused: a mistyped `fence` must not count as none.
  static func read(_ line: RequestLine) throws(MalformedRequest) -> GuardRequest {
    let known = required + optional
    if let stranger = line.keys.first(where: { !known.contains($0) }) {
      throw line.problem(
        "\"\(DisplayText.escapingControls(stranger))\" isn't a key of a request; it has \(known.joined(separator: ", "))"
      )
    }
    func needed(_ key: String) throws(MalformedRequest) -> String {
      guard let text = try line.text(key) else { throw line.problem("a request needs \"\(key)\", a text") }
      return text
    }
    return GuardRequest(
      entity: try needed("entity"), store: try needed("store"), operation: try needed("operation"),
      writer: try line.text("writer"), fence: try line.integer("fence"), unit: try line.text("unit"),
      crossing: try line.text("crossing"), caller: try line.text("caller"), id: line.id)
  }
}

/// A line that is one JSON object.
struct RequestLine {
  private let members: [String: Any]
  let id: JSONValue

  init(_ line: some Sequence<UInt8>) throws(MalformedRequest) {
    let parsed: Any
    do { parsed = try JSONSerialization.jsonObject(with: Data(line), options: [.fragmentsAllowed]) } catch {
      throw MalformedRequest(id: .null, description: "the line isn't JSON")
    }
    guard let object = parsed as? [String: Any] else {
      throw MalformedRequest(id: .null, description: "the line isn't a JSON object")
    }
    members = object
    switch object["id"] {
    case nil, is NSNull: id = .null
    case let text as String: id = .string(text)
    case let value?:
      guard let number = Self.integer(value) else {
        throw MalformedRequest(id: .null, description: "\"id\" is a text or a whole number")
      }
      id = .int(number)
    }
  }

  var keys: [String] { members.keys.sorted() }

  func problem(_ description: String) -> MalformedRequest {
    MalformedRequest(id: id, description: description)
  }

  /// The text of a member; nil where it is null or not there.
  func text(_ key: String) throws(MalformedRequest) -> String? {
    guard let value = members[key], !(value is NSNull) else { return nil }
    guard let text = value as? String else { throw problem("\"\(key)\" is a text") }
    return text
  }

  func integer(_ key: String) throws(MalformedRequest) -> Int? {
    guard let value = members[key], !(value is NSNull) else { return nil }
    guard let number = Self.integer(value) else { throw problem("\"\(key)\" is a whole number") }
    return number
  }

  private static func integer(_ value: Any) -> Int? {
    // `true` is a number to Foundation as well, and 1 is a `Bool`: they differ in how they are stored.
    guard let number = value as? NSNumber, strcmp(number.objCType, NSNumber(value: true).objCType) != 0 else {
      return nil
    }
    return Int(exactly: number)
  }
}

extension MalformedRequest {
  /// What a line gets that isn't a question: it isn't allowed.
  public var answer: JSONValue {
    [
      "id": id, "allowed": false, "reason": .string(Self.reason), "message": .string(description),
      "help": nil,
    ]
  }

  /// The stable word for it, in the place of a ``GuardReason``.
  public static let reason = "malformed_request"
}
