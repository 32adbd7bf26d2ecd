# shellcheck shell=bash
# How the scripts speak: progress on standard error, so that standard output stays a command's own.

say() { printf '%s: %s\n' "$(basename -- "$0")" "$*" >&2; }

die() {
  say "$*"
  exit 1
}
