extension MeasuredKind {
  /// The kind's mapping file, with the types that an application's own table would have.
  ///
  /// - Parameter isDocument: whether the records are documents of MongoDB, and not rows of SQLite.
  public func mapping(isDocument: Bool) -> String {
    let place = "{ store: app, \(isDocument ? "collection" : "table"): \(rawValue) }"
    let head = "entity: \(rawValue)\nowner: core\nsource: \(place)\nkey: [id]\nfields:\n"
    let json = self == .users && !isDocument ? "json-text: [tags]\n" : ""
    return json + head + fields(isDocument).map { "  \($0)\n" }.joined()
  }

  /// The file `set.yaml` beside it: one store, `app`, that this environment variable names.
  public static func mappingSet(isDocument: Bool, variable: String) -> String {
    "set: rows\nstores:\n  app: { kind: \(isDocument ? "mongo" : "sqlite"), environment: [\(variable)] }\n"
  }

  private func fields(_ isDocument: Bool) -> [String] {
    let flag = isDocument ? "boolean" : "{ type: boolean, transforms: [boolean] }"
    let time = isDocument ? "timestamptz" : "{ type: timestamptz, transforms: [{ epoch: milliseconds }] }"
    func renamed(_ path: String, _ column: String, _ type: String, _ transforms: String? = nil) -> String {
      let words =
        (isDocument ? ["from: \(path)"] : []) + ["type: \(type)"]
        + (transforms.map { ["transforms: \($0)"] } ?? [])
      return "\(column): { \(words.joined(separator: ", ")) }"
    }
    let epoch = isDocument ? nil : "[{ epoch: milliseconds }]"
    switch self {
    case .rows:
      return [
        isDocument ? "id: { from: _id, type: bigint }" : "id: bigint", "small: integer", "large: bigint",
        "ratio: double precision", "flag: \(flag)", "at: \(time)", "code: text", "name: text", "city: text",
        "note: text", "detail: { type: jsonb, transforms: [\(isDocument ? "ejson" : "json")] }",
      ]
    case .users:
      return [
        isDocument ? "id: { from: _id, type: text, transforms: [text] }" : "id: text", "email: text",
        "name: text",
        renamed("profile.locale", "locale", "text"), renamed("profile.timezone", "timezone", "text"),
        renamed("profile.bio", "bio", "text"),
        "settings: { type: jsonb\(isDocument ? "" : ", transforms: [json]") }", "tags: \"text[]\"",
        "balance: \"numeric(14,4)\"",
        renamed("workspaceId", "workspace_id", "text", isDocument ? "[text]" : nil),
        "phone: text", renamed("loginCount", "login_count", "bigint"),
        renamed("isActive", "is_active", "boolean", isDocument ? nil : "[boolean]"),
        renamed("lastLoginAt", "last_login_at", "timestamptz", epoch),
        renamed("createdAt", "created_at", "timestamptz", epoch),
      ]
    case .usageEvents:
      return [
        isDocument ? "id: { from: _id, type: text, transforms: [text] }" : "id: text",
        renamed("workspaceId", "workspace_id", "text", isDocument ? "[text]" : nil), "kind: text",
        "tokens: integer", "cost: double precision", "at: \(time)",
      ]
    }
  }
}
