/// One target type of the matrix, with the chains of transforms that may lead to it.
struct MatrixTarget {
  /// Its heading, which is the type as a mapping writes it, but for enums and domains.
  var name: String
  var type: String
  /// Besides the plain column, which is always tried.
  var chains: [String]

  init(_ name: String, _ chains: String..., type: String? = nil) {
    self.name = name
    self.type = type ?? "\"\(name)\""
    self.chains = [""] + chains
  }
}

/// The tables of the page, each with some of the target types.
struct MatrixSection {
  var title: String
  var targets: [MatrixTarget]

  static let all: [MatrixSection] = [
    MatrixSection(
      title: "Numbers and booleans",
      targets: [
        MatrixTarget("smallint", "number", "round: 0"), MatrixTarget("integer", "number", "round: 0"),
        MatrixTarget("bigint", "number", "round: 0"), MatrixTarget("numeric", "number"),
        MatrixTarget("numeric(10,2)", "number", "round: 2", "number, round: 2", "cents: 2"),
        MatrixTarget("real", "number"), MatrixTarget("double precision", "number"),
        MatrixTarget("boolean", "boolean"),
      ]),
    MatrixSection(
      title: "Texts",
      targets: [
        MatrixTarget("text", "text", "strip_nul", "escape_nul", "base64"),
        MatrixTarget("varchar(24)", "text", "truncate: 24"), MatrixTarget("char(24)", "text"),
        MatrixTarget("citext", "text"),
        MatrixTarget("enum", "text", type: "{ enum: words, values: [text, \"12\", \"true\"] }"),
        MatrixTarget("domain", "text", type: "{ domain: word, base: text }"),
      ]),
    MatrixSection(
      title: "Bytes, UUIDs, addresses",
      targets: [
        MatrixTarget("bytea", "hash"), MatrixTarget("uuid", "uuid", "uuid: java"),
        MatrixTarget("inet", "inet"),
        MatrixTarget("cidr", "inet"),
      ]),
    MatrixSection(
      title: "Times",
      targets: [
        MatrixTarget("timestamptz", "date", "epoch: seconds", "epoch: milliseconds"),
        MatrixTarget("timestamp", "date", "epoch: seconds", "epoch: julian"),
        MatrixTarget("date", "date", "epoch: seconds"), MatrixTarget("time", "date"),
        MatrixTarget("interval", "interval", "interval: seconds", "interval: days"),
      ]),
    MatrixSection(
      title: "JSON and arrays",
      targets: [
        MatrixTarget("json", "json", "ejson"), MatrixTarget("jsonb", "json", "ejson", "ejson, strip_nul"),
        MatrixTarget("text[]", "text"), MatrixTarget("integer[]", "number"), MatrixTarget("jsonb[]", "ejson"),
      ]),
  ]

  static var targets: [MatrixTarget] { all.flatMap(\.targets) }
}

extension MatrixTarget {
  /// A chain as a mapping writes it.
  static func written(_ chain: String) -> String {
    let steps = chain.split(separator: ", ").map { $0.contains(":") ? "{ \($0) }" : String($0) }
    return "[\(steps.joined(separator: ", "))]"
  }
}
