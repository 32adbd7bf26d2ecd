# shellcheck shell=bash
# Temporary folders that hold servers. Their names carry the process that made them, so that what a killed run
# left behind is known for what it is, and the next one can stop and remove it.

# Makes such a folder and prints its path: make_temporary PREFIX
make_temporary() {
  local folder
  folder=$(mktemp -d "${TMPDIR:-/tmp}/$1.$$.XXXXXX") || return 1
  # Others may pass through, not look: the server's own user has to reach the data folders inside.
  chmod 711 "$folder"
  printf '%s\n' "$folder"
}

# Prints the folders of this user's runs that are no longer alive: abandoned_temporary PREFIX
abandoned_temporary() {
  local folder process
  for folder in "${TMPDIR:-/tmp}/$1".*.*; do
    if [ ! -d "$folder" ] || [ ! -O "$folder" ]; then
      continue
    fi
    process=${folder##*/"$1".}
    process=${process%%.*}
    kill -0 "$process" 2>/dev/null || printf '%s\n' "$folder"
  done
}
