internal import Postgres

/// What looking at records and rows came to: a temporary table of the connection, emptied at each commit, so that suspicions
/// are written, settled and counted by single statements, however many there are.
enum LookTable {
  static let name = "pg_temp.kedge_look"

  /// Makes the table where the connection doesn't have it yet.
  ///
  /// - `id`: of the difference that is looked at again; nil at the first look.
  /// - `verdict`: a verdict, or `matching`, `gone` (from the source, or for an extra row from the target), `present` (an
  ///   extra row's key is in the source after all), `filtered`.
  /// - `is_explained`: where it is alike, why it was suspected although nothing was in flight: others have its key, or a value
  ///   is written in another form.
  static func prepare(_ connection: PostgresConnection) throws {
    _ = try connection.execute(
      """
      CREATE TEMP TABLE IF NOT EXISTS kedge_look (id bigint, locator bytea, other_locator bytea, verdict text NOT NULL,
        key text[] NOT NULL DEFAULT '{}', columns text[] NOT NULL DEFAULT '{}', evidence jsonb NOT NULL DEFAULT '{}',
        rule text, source_digest bytea, target_digest bytea, is_explained boolean NOT NULL DEFAULT false)
        ON COMMIT DELETE ROWS
      """)
  }

  /// How many of each verdict.
  static func counts(_ connection: PostgresConnection) throws -> [String: Int] {
    let rows = try connection.query("SELECT verdict, count(*) AS n FROM \(name) GROUP BY verdict")
    return Dictionary(uniqueKeysWithValues: try rows.map { (try $0.text("verdict"), try $0.int("n")) })
  }
}

/// Arrays as parameters of a statement.
enum ArrayText {
  static func of(_ texts: [String]) -> String {
    let quoted = texts.map { text in
      "\"" + text.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined() + "\""
    }
    return "{" + quoted.joined(separator: ",") + "}"
  }

  static func of(_ values: [[UInt8]]) -> String {
    "{" + values.map { "\"\\\\x" + hex($0) + "\"" }.joined(separator: ",") + "}"
  }

  static func of(_ numbers: [Int]) -> String { "{" + numbers.map(String.init).joined(separator: ",") + "}" }

  static func hex(_ bytes: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}
