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

# The same for data that nobody would miss: in memory where there is plenty of it, which spares the disk the thousands of
# files that databases of tests come and go with. make_volatile PREFIX
make_volatile() {
  local memory=/dev/shm free available
  if [ -z "${TMPDIR:-}" ] && [ -d "$memory" ] && [ -w "$memory" ]; then
    # Both in KiB: what the file system takes, and what the machine has left.
    free=$(df --output=avail -k "$memory" | tail -n 1)
    available=$(sed -n 's/^MemAvailable: *\([0-9]*\) kB$/\1/p' /proc/meminfo)
    if [ "${free:-0}" -ge $((10 << 20)) ] && [ "${available:-0}" -ge $((14 << 20)) ]; then
      TMPDIR=$memory make_temporary "$1"
      return
    fi
  fi
  make_temporary "$1"
}

# Prints the folders of this user's runs that are no longer alive: abandoned_temporary PREFIX
abandoned_temporary() {
  local folder process
  for folder in "${TMPDIR:-/tmp}/$1".*.* "/dev/shm/$1".*.*; do
    if [ ! -d "$folder" ] || [ ! -O "$folder" ]; then
      continue
    fi
    process=${folder##*/"$1".}
    process=${process%%.*}
    kill -0 "$process" 2>/dev/null || printf '%s\n' "$folder"
  done
}
