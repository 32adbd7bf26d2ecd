# shellcheck shell=bash
# The first half of scripts/demo: sendfx moves its core from MongoDB, and the audit proves itself.
# shellcheck disable=SC2154

# The sum of one number over all entities of an audit's JSON report: total NAME FILE
total() {
  grep -oE "\"$1\" *: *[0-9]+" "$2" | grep -oE '[0-9]+$' | awk '{ sum += $1 } END { print sum + 0 }'
}

# Runs an audit for its report and insists on what it found: audit_finds CODE MISSING EXTRA DIFFERENT
audit_finds() {
  local wanted=$1 report="$demo/audit.json" found
  expect "$wanted" kedge audit --mappings mappings/sendfx
  local status=0
  kedge --quiet audit --mappings mappings/sendfx --json >"$report" || status=$?
  [ "$status" -eq "$wanted" ] || die "the same audit with --json ended with exit code $status, and the demo expects $wanted."
  found="$(total missing "$report") missing, $(total extra "$report") extra, $(total different "$report") different"
  [ "$found" = "$2 missing, $3 extra, $4 different" ] ||
    die "the audit found $found, and there are $2 missing, $3 extra, $4 different."
}

step "Start the two databases of sendfx" \
  "PostgreSQL: nothing is configured, so Kedge starts a private one of its own, on a Unix socket, with its data under .kedge/. MongoDB: a private replica set of one, standing in for the application's."
expect 0 kedge dev up
show scripts/servers up --only mongo "$demo"
"$root/scripts/servers" up --only mongo "$demo"
# shellcheck source=/dev/null
. "$demo/env"
# The application's database in it; the URL for it says so before the options.
export MONGODB_URI=${KEDGE_TEST_MONGODB_URI/\/\?//sendfx?}
show "export MONGODB_URI='$MONGODB_URI'"

step "Make the application's data" \
  "Six years of an application's life: users, workspaces, billing, usage, with dates as texts, numbers of three types, fields that came and went, and every script that people write in. The same seed gives the same data."
expect 0 kedge-samples sendfx --url "$MONGODB_URI" --documents "$documents" --seed 1 --drop

step "Apply the schema that the mapping implies" \
  "The mapping set says what moves and what each field becomes. Its tables go into PostgreSQL."
expect 0 kedge check --mappings mappings/sendfx
show "kedge schema --mappings mappings/sendfx | psql \"\$(kedge dev url)\""
target=$(kedge dev url)
kedge schema --mappings mappings/sendfx |
  psql "$target" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --single-transaction
psql "$target" --no-psqlrc --tuples-only --command "SELECT '   ' || schemaname || '.' || tablename FROM pg_tables WHERE schemaname = 'core' ORDER BY 1"

step "Backfill" \
  "Every record of the core lands, or is quarantined with its reason, or is left out by a declared rule; the sum is checked. Kill it at any moment and run it again: it goes on where it was."
expect 0 kedge backfill --mappings mappings/sendfx
means "Exit code 0: nothing is quarantined, the sum holds."

step "Audit" "Compares both sides, record by record, every field."
audit_finds 0 0 0 0
means "Exit code 0: both sides are alike."

step "Change things behind the engine's back" \
  "Three changes in MongoDB and three in PostgreSQL: on each side one record is changed, one deleted, one added."
expect 0 kedge-samples disturb --url "$MONGODB_URI" --seed 7
changes="
UPDATE core.users SET display_name = 'Mallory' WHERE id = (SELECT min(id) FROM core.users)
  RETURNING 'changed in PostgreSQL: users ' || id AS \" \";
DELETE FROM core.openai_usage WHERE id = (SELECT min(id) FROM core.openai_usage)
  RETURNING 'deleted in PostgreSQL: openai_usage ' || id AS \" \";
INSERT INTO core.usage_counters
  SELECT (jsonb_populate_record(counter, '{\"id\": \"ffffffffffffffffffffffff\"}')).*
  FROM core.usage_counters AS counter ORDER BY counter.id LIMIT 1
  RETURNING 'added in PostgreSQL: usage_counters ' || id AS \" \";"
show "psql \"\$(kedge dev url)\" --command '…'"
printf '%s\n' "$changes"
psql "$target" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --tuples-only --command "$changes"

step "Audit again" "It has to find those six, and nothing else."
audit_finds 3 2 2 2
means "Exit code 3 means drift: 2 records are missing in PostgreSQL, 2 are there alone, 2 are different. A scheduled audit would have raised the alarm with these very keys."

step "Repair" "MongoDB still owns these entities, so PostgreSQL is made like it."
expect 0 kedge audit --mappings mappings/sendfx --repair
audit_finds 0 0 0 0
means "Both sides are alike again."

step "Where everything stands" "What an operator asks first."
expect 0 kedge status --mappings mappings/sendfx
expect 0 kedge quarantine list --mappings mappings/sendfx
