public import CommandLine

/// A line of JSON that is asked: by a file of `kedge guard check --from`, or on the socket of `kedge guard serve`.
public enum GuardQuestion: Sendable, Equatable {
  /// May this write go ahead?
  case write(GuardRequest)
  /// `{"end": "NAME"}`: this unit of work is over.
  case end(unit: String, id: JSONValue)
  /// `{"ask": "plan"}`: what `kedge guard export --lang json` prints.
  case plan(id: JSONValue)

  /// Reads a line.
  ///
  /// - Throws: ``MalformedRequest`` that says what is wrong with it.
  public init(line: some Sequence<UInt8>) throws(MalformedRequest) {
    let line = try RequestLine(line)
    let others = line.keys.filter { $0 != "id" }
    if others == ["end"], let unit = try line.text("end") {
      self = .end(unit: unit, id: line.id)
    } else if others == ["ask"], try line.text("ask") == "plan" {
      self = .plan(id: line.id)
    } else {
      self = .write(try GuardRequest.read(line))
    }
  }

  /// What is sent back with the answer.
  public var id: JSONValue {
    switch self {
    case .write(let request): request.id
    case .end(_, let id), .plan(let id): id
    }
  }
}
