# shellcheck shell=bash
# i2i: it has lived in Postgres from the start. Nothing moves; the rows are written straight into its tables.
# shellcheck disable=SC2034,SC2154

domain_source=none
domain_roles=(i2i_app i2i_worker i2i_operators i2i_reports)

domain_generate() {
  samples i2i --rows "$1" --seed 7 --truth >"$work/truth"
  expect 0 samples i2i --url "$TARGET_URL" --rows "$1" --seed 7
  # Nothing to move, and that is no failure.
  expect 0 kedge backfill
  grep -q '^nothing to move: ' "$work/output" || fail "a backfill should say that there is nothing to move:"
}

domain_quarantined() { echo 0; }

domain_check_seeded() {
  sql "SELECT string_agg(id || ' ' || enabled, ', ' ORDER BY id) FROM workflow_configs" \
    "apparel-enhancement false, mannequin-to-human-v1 true, mannequin-to-human-v2 true"
  # Parameters are what the file says, numbers as numbers.
  sql "SELECT default_parameters ->> 'steps', jsonb_typeof(default_parameters -> 'steps'), default_parameters #>> '{output,format}'
       FROM workflow_configs WHERE id = 'mannequin-to-human-v1'" "30|number|png"
}

domain_check_landed() {
  local table what count
  while read -r table what count; do
    case "$table $what" in
    *" rows") sql "SELECT count(*) FROM $table" "$count" ;;
    "users whitelisted") sql "SELECT count(*) FROM users WHERE is_whitelisted" "$count" ;;
    "users waiting") sql "SELECT count(*) FROM users WHERE NOT is_whitelisted" "$count" ;;
    *) sql "SELECT count(*) FROM $table WHERE status = '$what'" "$count" ;;
    esac
  done <"$work/truth"
  # A job, its original and its result belong to one user.
  sql "SELECT count(*) FROM processing_jobs AS j JOIN images AS o ON o.id = j.original_image_id
       LEFT JOIN images AS r ON r.id = j.result_image_id
       WHERE o.user_id <> j.user_id OR r.user_id <> j.user_id OR o.kind <> 'original' OR r.kind <> 'result'" 0
  sql "SELECT count(*) FROM processing_jobs WHERE (status = 'completed') <> (result_image_id IS NOT NULL)" 0
}

domain_forbidden() {
  local claim="SET kedge.writer = 'UserRepository'"
  # The worker knows nobody, whatever it calls itself; operators touch workflows alone; reports write nothing.
  refused 42501 i2i_worker "UPDATE users SET is_whitelisted = true"
  refused KG003 i2i_worker "$claim; UPDATE images SET status = 'failed'"
  refused 42501 i2i_app "UPDATE workflow_configs SET enabled = true"
  refused 42501 i2i_operators "DELETE FROM processing_jobs"
  refused 42501 i2i_reports "DELETE FROM images"
  refused 42501 i2i_app "TRUNCATE users CASCADE"
  allowed i2i_operators "UPDATE workflow_configs SET enabled = NOT enabled WHERE id = 'apparel-enhancement'"
  allowed i2i_operators "UPDATE workflow_configs SET enabled = NOT enabled WHERE id = 'apparel-enhancement'"
  allowed i2i_worker "UPDATE images SET status = 'failed' WHERE status = 'uploading'"
  # A user goes with everything, guardrails or not.
  allowed i2i_app "DELETE FROM users WHERE id = (SELECT user_id FROM processing_jobs ORDER BY id LIMIT 1)"
  sql "SELECT count(*) FROM images AS i LEFT JOIN users AS u ON u.id = i.user_id WHERE u.id IS NULL" 0
}

# The administrator stays, and all workflows do.
domain_check_reset() {
  sql "SELECT email, is_whitelisted, role FROM users" "admin@i2i.example|t|admin"
  sql "SELECT (SELECT count(*) FROM images) + (SELECT count(*) FROM processing_jobs)" 0
  sql "SELECT count(*), count(*) FILTER (WHERE enabled) FROM workflow_configs" "3|2"
}
