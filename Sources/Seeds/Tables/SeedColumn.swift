internal import Mapping
internal import Postgres

/// A column as it stands in the database.
struct SeedColumn {
  /// How its values are written in a file.
  enum Form {
    case scalar
    /// JSON itself: lists and mappings are its values, texts are its text.
    case json
    /// A list of elements.
    case array(ofJSON: Bool)
    /// A row type, from a mapping.
    case composite
  }

  /// How two of its values are compared.
  enum Comparison {
    /// By the type's own equality.
    case equality
    /// By content, as jsonb; of a type that has no equality of its own.
    case content
    /// By their texts; of types that have no equality at all.
    case text
  }

  var name: String
  /// As SQL writes it.
  var type: String
  var form: Form
  var comparison: Comparison
  /// Whether Postgres alone fills it.
  var isGenerated: Bool
  /// What Postgres puts where a row doesn't name it, as SQL.
  var defaultValue: String?
  var isPersonal: Bool
  /// A text type of limited length: a cast to it would cut what is too long, an assignment complains.
  var isLimitedText: Bool
  /// The values of an enum type; of others none.
  var labels: [String]

  init(_ row: PostgresRow, personal: Set<String>) throws {
    name = try row.text("name")
    type = try row.text("type")
    let (base, kind) = (try row.text("base"), try row.text("kind"))
    let element = try row["element"]
    let isJSON = ["json", "jsonb"].contains(base)
    let elementKind = try row["element_kind"]
    if isJSON {
      form = .json
    } else if let element {
      form = .array(ofJSON: ["json", "jsonb"].contains(element) || elementKind == "c")
    } else {
      form = kind == "c" ? .composite : .scalar
    }
    let leaf = (name: element ?? base, kind: elementKind ?? kind)
    let hasEquality =
      try row.bool("has_equality") || ["e", "r", "m"].contains(leaf.kind)
      || ["varchar", "cidr"].contains(leaf.name)
    comparison = hasEquality ? .equality : base == "json" ? .content : .text
    let identity = try row["identity"] ?? ""
    let generated = try row["generated"] ?? ""
    isGenerated = identity == "a" || !generated.isEmpty
    defaultValue = try row["default_value"]
    if identity == "d", let sequence = try row["sequence"] {
      defaultValue = "nextval(\(quoteLiteral(sequence))::regclass)"
    }
    isPersonal = personal.contains(name)
    labels = try (row["labels"] ?? "").split(separator: "\n").map(String.init)
    isLimitedText = ["varchar", "bpchar"].contains(base)
  }

  /// Quoted for SQL.
  var sql: String { quoteIdentifier(name) }

  /// Whether two expressions of this type are the same value.
  func same(_ one: String, _ other: String) -> String {
    switch comparison {
    case .equality: "(\(one)) IS NOT DISTINCT FROM (\(other))"
    case .content: "(\(one))::jsonb IS NOT DISTINCT FROM (\(other))::jsonb"
    case .text: "(\(one))::text IS NOT DISTINCT FROM (\(other))::text"
    }
  }

  /// The value that is remembered in `row`, as this type.
  func remembered(in row: String) -> String { "(\(row) ->> \(quoteLiteral(name)))::\(type)" }

  /// A value as a person is shown it: text, cut where it is long, and a digest where it is personal.
  func shown(_ expression: String) -> String {
    isPersonal
      ? "'sha256:' || left(encode(sha256(convert_to((\(expression))::text, 'UTF8')), 'hex'), 12)"
      : "CASE WHEN length((\(expression))::text) > 200 THEN left((\(expression))::text, 200) || '…' ELSE (\(expression))::text END"
  }
}
