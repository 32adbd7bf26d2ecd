# shellcheck shell=bash
# What all peers written in bash share: the words they are called with, and what they are given.

# The peer can't run here: refuse SENTENCE
refuse() {
  printf '%s\n' "$1" >&2
  exit 3
}

# Refuses where a program is missing: needs_program NAME
needs_program() { command -v "$1" >/dev/null || refuse "$1 is not installed: run scripts/peers-setup."; }

# One line about the peer, of words without quotes: describe_as NAME VERSION typed|own SETTINGS [NOTE [SCALE [KIND…]]]
describe_as() {
  local kinds=("${@:7}")
  [ ${#kinds[@]} -gt 0 ] || kinds=(users usage_events)
  printf '{"name": "%s", "version": "%s", "table": "%s", "settings": "%s", "note": "%s", "scale": %s, "kinds": [%s]}\n' \
    "$1" "$2" "$3" "$4" "${5-}" "${6-1}" "$(printf '"%s", ' "${kinds[@]}" | sed 's/, $//')"
}

# SQLite's expression of a time in milliseconds as PostgreSQL reads it: time_of COLUMN
time_of() { printf "strftime('%%Y-%%m-%%d %%H:%%M:%%fZ', %s / 1000.0, 'unixepoch')" "$1"; }

# One command of SQL to the target, its answer unadorned: target_query SQL
target_query() { psql --no-psqlrc --quiet --no-align --tuples-only --set ON_ERROR_STOP=1 --command "$1" "$PEER_TARGET"; }

# The target's URL with its scheme in full, and no TLS asked for: the servers of the benchmarks are on this machine.
plain_target() {
  local url=postgresql://${PEER_TARGET#*://}
  case $url in
  *sslmode=*) ;;
  *\?*) url+="&sslmode=disable" ;;
  *) url+="?sslmode=disable" ;;
  esac
  printf '%s\n' "$url"
}

# What `verify` prints, counted in a table of the peer's own: rows_and_sum TABLE
rows_and_sum() {
  local column=tokens
  [ "$PEER_KIND" != users ] || column=login_count
  target_query "SELECT json_build_object('rows', count(*), 'sums', json_build_object('$column', sum($column)::text)) FROM $1"
}

# The primary key of a table, its name and its definition, for the next two: primary_key TABLE
primary_key() {
  target_query "SELECT quote_ident(conname) || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = '$1'::regclass AND contype = 'p'"
}

# Takes the primary key away for the time of a first load, as PostgreSQL's manual advises: drop_key TABLE KEY
drop_key() { [ -z "$2" ] || target_query "ALTER TABLE $1 DROP CONSTRAINT ${2%% *}"; }

# Makes it again: add_key TABLE KEY
add_key() { [ -z "$2" ] || target_query "SET maintenance_work_mem = '512MB'; ALTER TABLE $1 ADD CONSTRAINT $2"; }

# Does what the first word says; the peer defines describe, run, and with a table of its own verify: main "$@"
main() {
  case "${1-}" in
  describe | run) "$1" ;;
  verify)
    declare -F verify >/dev/null || exit 2
    verify
    ;;
  *)
    printf 'Usage: %s describe|run|verify\n' "$(basename -- "$0")" >&2
    exit 2
    ;;
  esac
}
