internal import Database

/// How the tables stand in either backend.
extension Motiv8 {
  static let users = RecordLayout(
    table: "users", updatedAt: nil, entity: "users",
    old: OldForm(
      reads: [
        "email": "lower(trim(email))", "name": "nullif(trim(name), '')",
        "is_admin":
          "CASE lower(is_admin) WHEN 'true' THEN 1 WHEN 'false' THEN 0 ELSE coalesce(is_admin, 0) END",
        "plan": "lower(coalesce(plan, 'free'))", "balance": "coalesce(balance, 0)",
        "streak_days": "coalesce(streak, 0)", "preferences": "nullif(preferences, '')",
        "last_seen_at": OldForm.time("last_seen", per: "1.0"),
      ], names: ["streak_days": "streak", "last_seen_at": "last_seen"],
      writes: ["last_seen_at": OldForm.seconds, "created_at": OldForm.python]))

  static let mediaFiles = RecordLayout(
    table: "media_files", createdAt: "uploaded_at", updatedAt: nil, entity: "media_files",
    old: OldForm(
      reads: [
        "id": OldForm.uuid("id"), "store": "CASE store WHEN 'upload' THEN 'uploads' ELSE store END",
        "mime_type": "nullif(lower(trim(mime_type)), '')", "size_bytes": "CAST(size_bytes AS INTEGER)",
        "width": "CAST(nullif(width, '') AS INTEGER)", "height": "CAST(nullif(height, '') AS INTEGER)",
        "sha256": "nullif(lower(sha256), '')", "status": "CASE status WHEN 'ok' THEN 'ready' ELSE status END",
        "uploaded_at": OldForm.time("uploaded_at"),
      ], writes: ["id": OldForm.hex, "uploaded_at": OldForm.milliseconds]))

  static let goals = RecordLayout(
    table: "goals", updatedAt: nil, entity: "goals",
    old: OldForm(
      reads: [
        "program": "nullif(program, '')", "title": "trim(title)", "target": "nullif(trim(target), '')",
        "progress": "coalesce(progress, 0)",
        "is_done":
          "CASE lower(is_done) WHEN 'yes' THEN 1 WHEN 'true' THEN 1 WHEN 'no' THEN 0 WHEN 'false' THEN 0"
          + " ELSE coalesce(is_done, 0) END",
        "tags": "nullif(tags, '')", "due_on": "nullif(substr(due_on, 1, 10), '')",
      ],
      writes: [
        "created_at": OldForm.iso,
        "tags": { value in
          guard let texts = TextArray.decode(from: value)?.texts else { return value }
          return .text(TextArray.json(texts))
        },
      ], condition: "coalesce(deleted, 0) <> 1"))

  static let generatedItems = RecordLayout(
    table: "generated_items", updatedAt: nil, entity: "generated_items",
    old: OldForm(
      reads: [
        "media_id": OldForm.uuid("media_id"), "kind": "CASE kind WHEN 'text' THEN 'quote' ELSE kind END",
        "model": "trim(model)", "cost": "coalesce(cost, 0)", "parameters": "nullif(parameters, '')",
        "status": "CASE status WHEN 'done' THEN 'completed' ELSE status END",
        "created_at": OldForm.time("created_at"),
      ], writes: ["media_id": OldForm.hex, "created_at": OldForm.milliseconds]))

  static let embeddings = RecordLayout(
    table: "embeddings", updatedAt: nil, entity: "embeddings",
    old: OldForm(
      reads: [
        "source_id": OldForm.uuid("source_id"), "file_id": OldForm.uuid("file_id"), "model": "trim(model)",
        "chunks": "coalesce(CAST(chunks AS INTEGER), 1)",
      ],
      writes: ["source_id": OldForm.hex, "file_id": OldForm.hex, "created_at": OldForm.python]))

  static let sessions = RecordLayout(
    table: "sessions", key: "token", updatedAt: nil, entity: "sessions",
    old: OldForm(
      reads: ["ip": "nullif(trim(ip), '')", "expires_at": OldForm.time("expires_at", per: "1.0")],
      writes: ["created_at": OldForm.python, "expires_at": OldForm.seconds]))
}
