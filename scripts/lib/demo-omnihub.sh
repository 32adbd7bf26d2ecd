# shellcheck shell=bash
# The second half of scripts/demo: omnihub moves from a SQLite file.
# shellcheck disable=SC2154

step "A second application, on SQLite" \
  "omnihub keeps everything in one file: money as integers and reals in one column, times as texts here and milliseconds there, JSON in texts. It gets a private PostgreSQL of its own."
expect 0 kedge dev up
expect 0 kedge-samples omnihub --path omnihub.db --rows $((documents / 5)) --seed 1
expect 0 kedge backfill --mappings mappings/omnihub --source sqlite:omnihub.db
expect 0 kedge audit --mappings mappings/omnihub --source sqlite:omnihub.db
means "The same commands, another kind of store."

step "What can't land is kept, not lost" \
  "The same application with eight records that no rule can save: words where money should be, broken JSON, a NUL in a text."
expect 0 kedge-samples omnihub --path broken.db --rows 1000 --seed 2 --broken 8
expect 0 kedge dev down
rm -rf .kedge
expect 0 kedge dev up
expect 4 kedge backfill --mappings mappings/omnihub --source sqlite:broken.db
means "Exit code 4: records are in quarantine, each with its reason and its whole source value."
expect 0 kedge quarantine list --mappings mappings/omnihub
