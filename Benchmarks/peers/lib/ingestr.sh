# shellcheck shell=bash
# What the peers that call ingestr share. Needs peer.sh.

ingestr=.build/peers/bin/ingestr

# Like describe_as, without the version: describe_ingestr NAME typed|own SETTINGS [NOTE [SCALE [KIND…]]]
describe_ingestr() {
  needs_program "$ingestr"
  needs_program psql
  describe_as "$1" "$("$ingestr" --version | grep -o '[0-9][0-9.]*' | head -n 1)" "${@:2}"
}

# Moves a table or a query of a source: ingest SOURCE-URL TABLE TARGET-TABLE OPTION…
ingest() {
  HOME=$PEER_FOLDER DISABLE_TELEMETRY=true INGESTR_DISABLE_TELEMETRY=true "$ingestr" ingest --yes --progress log \
    --source-uri "$1" --source-table "$2" \
    --dest-uri "$(plain_target)" --dest-table "$3" "${@:4}"
}
