# shellcheck shell=bash
# What the sets of scripts/domains have to work with: kedge on the set's own databases, and ways to insist on what comes out.
# Needs messages.sh, $kedge_program, $samples_program, $set, and $work, the set's folder.

# kedge, with the set's mappings, target and source.
kedge() {
  local -a place=(--mappings "mappings/$set" --target "$TARGET_URL")
  [ -z "${SOURCE_URL-}" ] || place+=(--source "$SOURCE_URL")
  (cd "$work" && "$kedge_program" "$@" "${place[@]}")
}

# The maker of sample data.
samples() { "$samples_program" "$@"; }

# Ends the set's run: fail SENTENCE
fail() {
  say "$set, $step: $*"
  local file
  for file in "$work/output" "$work/errors"; do
    [ -s "$file" ] || continue
    # Of a crash the beginning says most, of a long report the end.
    awk 'NR <= 20 { print; next } { last[NR] = $0 } END { for (n = (NR > 40 ? NR - 20 : 20) + 1; n <= NR; n++) print last[n] }' "$file" | cut -c 1-400 >&2
  done
  exit 1
}

# Runs a command, keeps what it prints in $work/output and $work/errors, and insists on its exit code: expect CODE COMMAND...
expect() {
  local wanted=$1 status=0
  shift
  : >"$work/errors"
  "$@" >"$work/output" 2>"$work/errors" || status=$?
  [ "$status" -eq "$wanted" ] || fail "'$*' ended with exit code $status instead of $wanted. It said:"
}

# Runs a query in the target and insists on its rows, with | between values: sql QUERY EXPECTED
sql() {
  local found
  : >"$work/output"
  found=$(psql "$TARGET_URL" --no-psqlrc --no-align --tuples-only --quiet --set ON_ERROR_STOP=1 --command "$1" 2>"$work/errors") ||
    fail "this query failed: $1"
  [ "$found" = "$2" ] || fail "this query gave '$found' instead of '$2': $1"
}

# The same in the SQLite source: sqlite QUERY EXPECTED
sqlite() {
  local found
  : >"$work/output"
  found=$(sqlite3 -bail "${SOURCE_URL#sqlite:}" "$1" 2>"$work/errors") || fail "this query of the SQLite source failed: $1"
  [ "$found" = "$2" ] || fail "this query of the SQLite source gave '$found' instead of '$2': $1"
}

# How many documents the collections of the MongoDB source hold: documents COLLECTION=COUNT...
documents() {
  local wanted
  expect 0 samples counts --url "$SOURCE_URL"
  for wanted; do
    grep -qx "${wanted%=*} ${wanted#*=}" "$work/output" || fail "the source doesn't hold ${wanted#*=} documents of ${wanted%=*}:"
  done
}

# Insists that a statement is refused with this SQLSTATE: refused SQLSTATE WHO STATEMENT
# WHO is a role of the database, or as:WRITER, or nobody.
refused() {
  if write_as "$2" "$3"; then fail "nothing refused this to $2: $3"; fi
  grep -q "ERROR:  $1:" "$work/errors" || fail "this was refused to $2, but not with $1: $3"
}

# Insists that a statement goes through: allowed WHO STATEMENT
allowed() { write_as "$1" "$2" || fail "this was refused to $1: $2"; }

write_as() {
  local who
  case "$1" in
  as:*) who="SET kedge.writer = '${1#as:}'" ;;
  nobody) who="SET ROLE none" ;;
  *) who="SET ROLE $1" ;;
  esac
  psql "$TARGET_URL" --no-psqlrc --quiet --set ON_ERROR_STOP=1 --set VERBOSITY=verbose \
    --command "$who" --command "$2" >"$work/output" 2>"$work/errors"
}

# The sum of one number over all entities of a report in JSON: total NAME [FILE]
total() {
  grep -oE "\"$1\" *: *[0-9]+" "${2:-$work/output}" | grep -oE '[0-9]+$' | awk '{ sum += $1 } END { print sum + 0 }'
}

# One count of what the generator knows of its data: truth FILE WORDS. A line of the file is the words and the count.
truth() {
  local found
  found=$(sed -n "s/^$2 \([0-9]*\)$/\1/p" "$1")
  [ -n "$found" ] || fail "the generator says nothing of '$2'."
  printf '%s\n' "$found"
}
