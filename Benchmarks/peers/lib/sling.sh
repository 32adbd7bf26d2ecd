# shellcheck shell=bash
# What the peers that call sling share. Needs peer.sh.

sling=$(compgen -G '.build/peers/lib/python3*/site-packages/sling_linux_amd64/bin/sling-linux-amd64' || true)

# Like describe_as, without the version: describe_sling NAME typed|own SETTINGS [NOTE [SCALE [KIND…]]]
describe_sling() {
  needs_program "${sling:-sling}"
  needs_program psql
  describe_as "$1" "$("$sling" --version | grep -o '[0-9][0-9.]*' | head -n 1)" "${@:2}"
}

# Moves a table or a query of a source: sling_run SOURCE-URL STREAM TARGET-TABLE OPTION…
sling_run() {
  # Its connections are environment variables; its driver asks for TLS unless told otherwise.
  SLING_DISABLE_TELEMETRY=true SLING_LOADED_AT_COLUMN=false SLING_HOME_DIR=$PEER_FOLDER PEER_FROM="$1" PEER_TO="$(plain_target)" \
    "$sling" run --src-conn PEER_FROM --src-stream "$2" --tgt-conn PEER_TO --tgt-object "$3" "${@:4}"
}
