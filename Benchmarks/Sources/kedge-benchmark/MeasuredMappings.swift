import SampleData

extension MeasuredKind {
  /// The file of their entity.
  func mapping(of source: Request.Source) -> String {
    let isMongo = source == .mongo
    let place = "{ store: app, \(isMongo ? "collection" : "table"): \(rawValue) }"
    let head = "entity: \(rawValue)\nowner: core\nsource: \(place)\nkey: [id]\nfields:\n"
    let json = self == .users && !isMongo ? "json-text: [tags]\n" : ""
    return json + head + fields(isMongo).map { "  \($0)\n" }.joined()
  }

  private func fields(_ isMongo: Bool) -> [String] {
    let flag = isMongo ? "boolean" : "{ type: boolean, transforms: [boolean] }"
    let time = isMongo ? "timestamptz" : "{ type: timestamptz, transforms: [{ epoch: milliseconds }] }"
    func renamed(_ path: String, _ column: String, _ type: String, _ transforms: String? = nil) -> String {
      let words =
        (isMongo ? ["from: \(path)"] : []) + ["type: \(type)"]
        + (transforms.map { ["transforms: \($0)"] } ?? [])
      return "\(column): { \(words.joined(separator: ", ")) }"
    }
    let epoch = isMongo ? nil : "[{ epoch: milliseconds }]"
    switch self {
    case .rows:
      return [
        isMongo ? "id: { from: _id, type: bigint }" : "id: bigint", "small: integer", "large: bigint",
        "ratio: double precision", "flag: \(flag)", "at: \(time)", "code: text", "name: text", "city: text",
        "note: text",
        "detail: { type: jsonb, transforms: [\(isMongo ? "ejson" : "json")] }",
      ]
    case .users:
      return [
        isMongo ? "id: { from: _id, type: text, transforms: [text] }" : "id: text", "email: text",
        "name: text",
        renamed("profile.locale", "locale", "text"), renamed("profile.timezone", "timezone", "text"),
        renamed("profile.bio", "bio", "text"),
        "settings: { type: jsonb\(isMongo ? "" : ", transforms: [json]") }", "tags: \"text[]\"",
        "balance: \"numeric(14,4)\"",
        renamed("workspaceId", "workspace_id", "text", isMongo ? "[text]" : nil),
        "phone: text", renamed("loginCount", "login_count", "bigint"),
        renamed("isActive", "is_active", "boolean", isMongo ? nil : "[boolean]"),
        renamed("lastLoginAt", "last_login_at", "timestamptz", epoch),
        renamed("createdAt", "created_at", "timestamptz", epoch),
      ]
    case .usageEvents:
      return [
        isMongo ? "id: { from: _id, type: text, transforms: [text] }" : "id: text",
        renamed("workspaceId", "workspace_id", "text", isMongo ? "[text]" : nil), "kind: text",
        "tokens: integer",
        "cost: double precision", "at: \(time)",
      ]
    }
  }
}
