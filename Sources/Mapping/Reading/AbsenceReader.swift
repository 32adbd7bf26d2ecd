internal import Codec

/// Reads what becomes of a value that is missing, null or empty.
struct AbsenceReader {
  let log: DiagnosticLog
  let column: String
  let isKey: Bool
  let isRequired: Bool

  private var takesNull: Bool { !isKey && !isRequired }

  /// `missing` and `null`: null where the file says nothing and the column takes it, else quarantine.
  func read(_ node: YAMLNode?, _ name: String, _ type: TargetType?) -> Absence {
    let usual: Absence = takesNull ? .null : .quarantine
    guard let node else { return usual }
    return absence(node, name, type) ?? usual
  }

  /// `empty`: the value as it is, where the file says nothing.
  func readEmpty(_ node: YAMLNode?, _ type: TargetType?) -> Absence {
    guard let node else { return .keep }
    return absence(node, "empty", type) ?? .keep
  }

  /// What becomes of elements that are null (`keep` isn't for those) or empty.
  func readElement(_ node: YAMLNode?, _ name: String, _ type: TargetType?, usual: ElementAbsence)
    -> ElementAbsence
  {
    guard let node else { return usual }
    if let type, type.element == type {
      log.error(
        "\"\(name)\" is for array columns, and \"\(column)\" is \(type.sql)", at: node.location,
        help: "remove it; a single value's rules are missing, null and empty")
      return usual
    }
    if node.isNull { return .null }
    guard let word = node.scalarText else {
      guard case .value(let text)? = replacement(node, type?.element) else { return usual }
      return .value(text)
    }
    switch word {
    case "skip": return .skip
    case "quarantine": return .quarantine
    case "keep" where usual == .keep: return .keep
    case "null", "Null", "NULL", "~":
      log.error("\"\(name)\" can't be a text", at: node.location, help: "write null without quotes")
    default:
      let words = ["null", "skip", "quarantine"] + (usual == .keep ? ["keep"] : [])
      log.error(
        "\"\(name)\" can't be \"\(word)\"", at: node.location,
        help: NearestWord.help(for: word, among: words)
          ?? "it is \(words.joined(separator: ", ")), or a value as in { value: \(YAMLScalar.text(word)) }")
    }
    return usual
  }

  private func absence(_ node: YAMLNode, _ name: String, _ type: TargetType?) -> Absence? {
    if node.isNull {
      if !takesNull {
        log.error(
          "\"\(name)\" can't be null: the column \"\(column)\" is \(isKey ? "part of the key" : "required")",
          at: node.location, help: "write quarantine, or a value as in { value: x }")
        return nil
      }
      return .null
    }
    guard let word = node.scalarText else { return replacement(node, type) }
    switch word {
    case "quarantine": return .quarantine
    case "keep" where name == "empty": return .keep
    case "keep":
      log.error(
        "only \"empty\" can be kept; a \(name) value has nothing to keep", at: node.location,
        help: "write null, quarantine, or a value as in { value: x }")
    case "null", "Null", "NULL", "~":
      log.error("\"\(name)\" can't be a text", at: node.location, help: "write null without quotes")
    default:
      let words = name == "empty" ? ["null", "quarantine", "keep"] : ["null", "quarantine"]
      log.error(
        "\"\(name)\" can't be \"\(word)\"", at: node.location,
        help: NearestWord.help(for: word, among: words)
          ?? "it is \(words.joined(separator: ", ")), or a value as in { value: \(YAMLScalar.text(word)) }")
    }
    return nil
  }

  private func replacement(_ node: YAMLNode, _ type: TargetType?) -> Absence? {
    guard let object = ObjectReader<AbsenceKey>(node, log: log), let valueNode = object[.value],
      let value = log.text(valueNode, "\"value\"")
    else { return nil }
    if let type, let problem = TypedText.problem(with: value.value, as: type) {
      log.error(problem, at: value.location)
    }
    return .value(value.value)
  }
}
