# shellcheck shell=bash
# The steps of scripts/domains, in their order, the same for every set. Each sets $says, the words for its line.
# shellcheck disable=SC2034,SC2154

steps=(generate migrate diff seed check backfill audit guard reset checks)

step_generate() {
  if [ "$domain_source" = none ]; then
    says="no older store"
    return
  fi
  domain_generate "$rows"
  says="$rows records"
}

# Up, all the way down, and up again: each way works, and leads to the same.
step_migrate() {
  local files
  files=$(find "$root/migrations/$set" -name '*.sql' ! -name '*.down.sql' | wc -l)
  expect 0 kedge migrate lint
  expect 0 kedge migrate up
  expect 0 kedge migrate down --to 0
  expect 0 kedge migrate up
  sql "SELECT count(*) FROM kedge.migrations WHERE state = 'applied'" "$files"
  expect 0 kedge migrate status
  expect 0 kedge migrate verify
  says="$files migrations"
}

step_diff() {
  expect 0 kedge schema --diff --json
  grep -q '"differences": *\[ *\]' "$work/output" || fail "the migrations don't make what the mapping needs:"
  says="no difference"
}

# The second time there is nothing to do.
step_seed() {
  local inserted
  expect 0 kedge seed --dry-run --json
  inserted=$(total inserted)
  expect 0 kedge seed --json
  if [ "$(total inserted)" -ne "$inserted" ] || [ "$inserted" -eq 0 ]; then
    fail "the dry run spoke of $inserted rows, and this was done:"
  fi
  expect 0 kedge seed --json
  [ "$(total inserted),$(total updated),$(total kept),$(total removed),$(total unchanged)" = "0,0,0,0,$inserted" ] ||
    fail "a second seed didn't leave the $inserted rows alone:"
  domain_check_seeded
  says="$inserted rows"
}

step_check() {
  expect 0 kedge check --live
  says="clean"
}

step_backfill() {
  if [ "$domain_source" = none ]; then
    domain_generate "$rows"
    domain_check_landed "$rows"
    says="$rows rows, written straight"
    return
  fi
  local quarantined read
  quarantined=$(domain_quarantined "$rows")
  expect "$([ "$quarantined" -eq 0 ] && echo 0 || echo 4)" kedge --quiet backfill --no-create --json
  cp "$work/output" "$work/backfill.json"
  [ "$(total quarantined)" -eq "$quarantined" ] || fail "$quarantined records should be in quarantine:"
  read=$(total read)
  [ "$read" -eq $(($(total landed) + quarantined + $(total filtered))) ] || fail "the sum doesn't hold:"
  domain_check_landed "$rows"
  says="$read read, $quarantined quarantined"
}

# Nobody writes meanwhile, so nothing is in flight and one second look is enough. Orphans across stores are what an audit is for: those that the generator made, and no other, and 'clean' mends them.
step_audit() {
  if [ "$domain_source" = none ]; then
    expect 0 kedge --quiet audit --margin 0 --json
    says="nothing to compare"
    return
  fi
  local orphans=0
  ! declare -F domain_orphans >/dev/null || orphans=$(domain_orphans "$rows")
  audit_finds "$orphans"
  if [ "$orphans" -gt 0 ]; then
    expect 0 kedge clean --apply
    audit_finds 0
  fi
  says="$(total matching) alike, $orphans orphans"
}

audit_finds() {
  expect "$([ "$1" -eq 0 ] && echo 0 || echo 3)" kedge --quiet audit --margin 0 --json
  [ "$(total missing),$(total extra),$(total different),$(orphans)" = "0,0,0,$1" ] ||
    fail "the audit should find $1 orphans and no other drift:"
}

# The orphans of an audit's report: those of its references, which come behind the number of those looked at.
orphans() { awk '/"checked"/ { getline; gsub(/[^0-9]/, ""); sum += $0 } END { print sum + 0 }' "$work/output"; }

step_guard() {
  expect 0 kedge guard install
  expect 0 kedge guard status
  domain_forbidden
  says="installed; forbidden writes refused"
}

# Nothing goes without the name; what goes is what the dry run said; and then there is nothing left to do.
step_reset() {
  local removed kept status=0
  expect 0 kedge reset --dry-run --json
  removed=$(total removed) kept=$(total kept)
  kedge reset --yes-really another >"$work/output" 2>"$work/errors" </dev/null || status=$?
  [ "$status" -ne 0 ] || fail "a reset with the name of another database went ahead:"
  expect 0 kedge reset --dry-run --json
  [ "$(total removed),$(total kept)" = "$removed,$kept" ] || fail "a reset that was refused has removed something:"
  expect 0 kedge --quiet reset --yes-really "$database" --json
  cp "$work/output" "$work/reset.json"
  [ "$(total removed),$(total kept)" = "$removed,$kept" ] || fail "the dry run said $removed removed and $kept kept:"
  expect 0 kedge --quiet reset --yes-really "$database" --json
  [ "$(total removed)" -eq 0 ] || fail "a second reset found something to remove:"
  says="$removed removed, $kept kept"
}

step_checks() {
  domain_check_reset
  expect 0 kedge --quiet audit --margin 0 --json
  expect 0 kedge schema --diff --json
  grep -q '"differences": *\[ *\]' "$work/output" || fail "the reset changed the schema:"
  says="as declared"
}

# Makes the set's databases, once: with --state a later run goes on with them.
open_set() {
  mkdir -p "$work"
  local name
  for name in mappings migrations seeds; do ln -sfn "$root/$name" "$work/$name"; done
  domain_roles=()
  # shellcheck source=/dev/null
  . "$root/scripts/lib/domains/$set.sh"
  if [ -s "$work/env" ]; then
    # shellcheck source=/dev/null
    . "$work/env"
    return
  fi
  [ "$from" = "${steps[0]}" ] || fail "$state holds nothing of it: begin without --from."
  database="kedge_domain_${set}_$$_$RANDOM"
  TARGET_URL=$(in_database "$database" "$KEDGE_TEST_POSTGRES_URL")
  case "$domain_source" in
  mongo) SOURCE_URL=$(in_database "$database" "$KEDGE_TEST_MONGODB_URI") ;;
  sqlite) SOURCE_URL="sqlite:$work/$set.db" ;;
  none) SOURCE_URL= ;;
  esac
  psql "$KEDGE_TEST_POSTGRES_URL" --no-psqlrc --quiet --command "CREATE DATABASE $database" 2>"$work/errors" ||
    fail "the set's database can't be made:"
  local role
  for role in "${domain_roles[@]}"; do
    # Roles belong to the whole server, which may know them already.
    psql "$KEDGE_TEST_POSTGRES_URL" --no-psqlrc --quiet 2>"$work/errors" \
      --command "DO \$\$ BEGIN CREATE ROLE $role; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END \$\$" ||
      fail "the role $role can't be made:"
  done
  printf '%s=%q\n' database "$database" TARGET_URL "$TARGET_URL" SOURCE_URL "$SOURCE_URL" rows "$rows" >"$work/env"
}

# Drops them.
close_set() {
  [ -s "$work/env" ] || return 0
  # shellcheck source=/dev/null
  . "$work/env"
  psql "$KEDGE_TEST_POSTGRES_URL" --no-psqlrc --quiet --command "DROP DATABASE IF EXISTS $database WITH (FORCE)" 2>"$work/errors" ||
    say "$database is left behind: $(<"$work/errors")"
  if [[ $SOURCE_URL == mongodb* ]]; then
    samples drop-database --url "$SOURCE_URL" 2>"$work/errors" || say "$database is left behind in MongoDB: $(<"$work/errors")"
  fi
  rm -rf -- "$work"
}

# The URL with this database in place of the one that it names, if any: in_database NAME URL
in_database() {
  local url=$2 query='' scheme rest
  [[ $url != *\?* ]] || query="?${url#*\?}"
  url=${url%%\?*}
  scheme=${url%%://*} rest=${url#*://}
  printf '%s://%s/%s%s\n' "$scheme" "${rest%%/*}" "$1" "$query"
}
