/// What libyaml complains about, and the same in words for somebody who writes mappings.
struct YAMLProblem {
  var problem: String
  var mark: YAMLMark
  /// Whether the file ends there, so that the place where something opens tells more.
  var isAtEnd: Bool
  var context: String?
  var contextMark: YAMLMark

  var explained: YAMLSyntaxError {
    let start = "line \(contextMark.line + 1), column \(contextMark.column + 1)"
    if isAtEnd, let opening { return opening }
    switch problem {
    case "found a tab character that violates indentation",
      "found a tab character where an indentation space is expected":
      return YAMLSyntaxError("a tab can't indent a line", at: mark, help: "use spaces")
    case "found character that cannot start any token":
      return YAMLSyntaxError(
        "a text can't start with this character", at: mark,
        help: "if it is a tab, use spaces; if it belongs to a text, put the text in quotes")
    case "mapping values are not allowed in this context":
      return YAMLSyntaxError(
        "this \":\" can't stand here", at: mark,
        help: "check the indentation, or put a text that holds \": \" in quotes")
    case "did not find expected key":
      return YAMLSyntaxError(
        "expected a key of the mapping that starts at \(start)", at: mark,
        help: "keys of one mapping start in one column; check the indentation and the quotes before it")
    case "did not find expected '-' indicator":
      return YAMLSyntaxError(
        "expected \"-\" and an item of the list that starts at \(start)", at: mark,
        help: "the items of one list start in one column")
    case "did not find expected ',' or '}'":
      return YAMLSyntaxError(
        "expected \",\" or \"}\" in the mapping that starts at \(start)", at: mark)
    case "did not find expected ',' or ']'":
      return YAMLSyntaxError("expected \",\" or \"]\" in the list that starts at \(start)", at: mark)
    case "could not find expected ':'":
      return YAMLSyntaxError("expected \":\" after the key at \(start)", at: mark)
    case "did not find expected <document start>":
      return YAMLSyntaxError(
        "expected the end of the file", at: mark, help: "check the indentation of this line")
    case "found undefined alias":
      return YAMLSyntaxError("no anchor of this name stands before the alias", at: mark)
    default:
      let circumstance = context.map { ", \($0) (\(start))" } ?? ""
      return YAMLSyntaxError("this isn't YAML: \(problem)\(circumstance)", at: mark)
    }
  }

  /// What is open when the file ends, at the place where it opens.
  private var opening: YAMLSyntaxError? {
    switch problem {
    case "did not find expected ',' or '}'":
      YAMLSyntaxError(
        "the mapping that starts here isn't closed", at: contextMark, help: "it ends with \"}\"")
    case "did not find expected ',' or ']'":
      YAMLSyntaxError("the list that starts here isn't closed", at: contextMark, help: "it ends with \"]\"")
    case "found unexpected end of stream":
      YAMLSyntaxError("the text that starts here isn't closed", at: contextMark, help: "it ends with a quote")
    case "did not find expected node content":
      YAMLSyntaxError(
        "the file ends where a value should stand", at: mark, help: "is a \"[\" or a \"{\" not closed?")
    default: nil
    }
  }
}
