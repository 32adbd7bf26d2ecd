# shellcheck shell=bash
# Where the programs are that the scripts call. Needs messages.sh and $root, the checkout's folder.

mongod_version=6.0.5

# The folder with a PostgreSQL server's own programs, 14 to 18; fails without a word where there is none.
find_postgres() {
  local folder major
  for folder in "${KEDGE_POSTGRES_BIN:-}" \
    "$(dirname -- "$(readlink -f -- "$(command -v initdb)" 2>/dev/null)")" \
    "$(pg_config --bindir 2>/dev/null)" \
    /usr/lib/postgresql/{18,17,16,15,14}/bin; do
    if [ ! -x "$folder/initdb" ] || [ ! -x "$folder/pg_ctl" ] || [ ! -x "$folder/postgres" ]; then
      continue
    fi
    major=$("$folder/postgres" --version | sed -E 's/^[^0-9]*([0-9]+).*/\1/')
    if [ "$major" -ge 14 ] && [ "$major" -le 18 ]; then
      printf '%s\n' "$folder"
      return 0
    fi
  done
  return 1
}

# The mongod to use: the one on PATH, else the one that scripts/setup unpacked.
find_mongod() {
  command -v mongod && return 0
  local unpacked="${root:?}/.build/mongod/$mongod_version/mongod"
  [ -x "$unpacked" ] && printf '%s\n' "$unpacked"
}

# The kedge-samples to use: the one that the caller names, else one already built, else a new debug build.
find_samples() {
  local candidate
  for candidate in "${KEDGE_SAMPLES:-}" "$root/.build/release/kedge-samples" "$root/.build/debug/kedge-samples"; do
    if [ -n "$candidate" ] && [ -x "$candidate" ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  (cd "$root" && swift build --product kedge-samples >&2) || return 1
  printf '%s\n' "$root/.build/debug/kedge-samples"
}

# Runs a command of PostgreSQL's server as a user whom it accepts: it refuses to run as root.
as_postgres() {
  if [ "$(id -u)" -eq 0 ]; then
    (cd / && runuser -u postgres -- "$@")
  else
    "$@"
  fi
}
