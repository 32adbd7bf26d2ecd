# shellcheck shell=bash
# sendfx: the hybrid. Its core moves from MongoDB, its features stay.
# shellcheck disable=SC2034,SC2154

domain_source=mongo
domain_roles=(sendfx_app sendfx_agents sendfx_reports)

# One piece of dirt for each kind, and five of each at size.
sendfx_options() { printf '%s\n' --documents "$1" --seed 7 --broken 10 --dirt "$([ "$1" -lt 100000 ] && echo 13 || echo 65)"; }

domain_generate() {
  local -a options
  mapfile -t options < <(sendfx_options "$1")
  samples sendfx --truth "${options[@]}" >"$work/truth"
  expect 0 samples sendfx --url "$SOURCE_URL" --drop "${options[@]}"
  local place what count
  while read -r place what count; do
    [ "$what" != records ] || documents "$place=$count"
  done <"$work/truth"
}

domain_quarantined() { awk '$2 == "quarantined" { sum += $3 } END { print sum }' "$work/truth"; }

domain_orphans() { awk '$2 == "orphans" { sum += $3 } END { print sum }' "$work/truth"; }

domain_check_seeded() {
  sql "SELECT count(*), count(DISTINCT model) FROM core.model_prices" "9|6"
  # A call is priced by its day.
  sql "SELECT core.estimated_cost('gpt-4o', 1000000, 1000, '2024-06-01Z'), core.estimated_cost('gpt-4o', 1000000, 1000, '2025-01-01Z'),
       core.estimated_cost('gpt-4o', 1, 1, '2020-01-01Z') IS NULL" "5.015000|2.510000|t"
}

# What landed is what there was, less what was filtered or quarantined.
domain_check_landed() {
  local place table
  while read -r place table; do
    local filtered=0
    [ "$place" != openaiusages ] || filtered=$(truth "$work/truth" "$place filtered")
    sql "SELECT count(*) FROM core.$table" \
      $(($(truth "$work/truth" "$place records") - $(truth "$work/truth" "$place quarantined") - filtered))
  done <<'LIST'
tiers tiers
users users
workspaces workspaces
workspacemembers workspace_members
billingaccounts billing_accounts
subscriptions subscriptions
usagecounters usage_counters
openaiusages openai_usage
LIST
  sql "SELECT sum(prompt_tokens) FROM core.openai_usage" "$(truth "$work/truth" "openaiusages prompt_tokens")"
  sql "SELECT email, role FROM core.users WHERE email = 'admin@sendfx.ai'" "admin@sendfx.ai|admin"
  # Of two accounts with one address in different cases, one is here and one in quarantine.
  sql "SELECT count(*) FROM core.users WHERE email = 'dirty.0@example.com'" 1
}

# MongoDB still owns the core, so nobody but Kedge writes the copies; and each role writes what is its own, and no more.
domain_forbidden() {
  local user="UPDATE core.users SET locale = 'xx' WHERE email = 'admin@sendfx.ai'"
  refused KG001 sendfx_app "$user"
  refused 42501 sendfx_reports "$user"
  refused KG001 sendfx_agents "DELETE FROM core.openai_usage"
  refused 42501 sendfx_agents "$user"
  refused 42501 sendfx_app "TRUNCATE core.usage_counters"
  allowed sendfx_app "INSERT INTO core.model_prices VALUES ('try', '2025-01-01', 1, 1)"
  allowed sendfx_app "DELETE FROM core.model_prices WHERE model = 'try'"
  refused 42501 sendfx_agents "DELETE FROM core.model_prices"
  # Counters move on to Postgres: now MongoDB refuses them, and a new one goes to Postgres.
  expect 0 kedge phase set usage_counters shadow
  expect 0 kedge phase set usage_counters core --reason "the audit found no drift"
  expect 1 samples disturb --url "$SOURCE_URL" --seed 3
  allowed sendfx_app "INSERT INTO core.usage_counters (workspace_id, metric, period) SELECT id, 'contacts', '2025-06' FROM core.workspaces LIMIT 1"
  refused 42501 sendfx_agents "DELETE FROM core.usage_counters"
  # And back: MongoDB takes them again. A reset finds all of the core in one phase.
  expect 0 kedge phase set usage_counters shadow --reason "rehearsing the way back"
  refused KG001 sendfx_app "UPDATE core.usage_counters SET used = 0"
}

# The administrator stays, with the tier that the account refers to; in MongoDB the settings of logs stay, too.
domain_check_reset() {
  sql "SELECT string_agg(email, ',') FROM core.users" "admin@sendfx.ai"
  sql "SELECT count(*) FROM core.tiers WHERE id NOT IN (SELECT tier_id FROM core.users)" 0
  sql "SELECT (SELECT count(*) FROM core.workspaces) + (SELECT count(*) FROM core.workspace_members)
       + (SELECT count(*) FROM core.billing_accounts) + (SELECT count(*) FROM core.subscriptions)
       + (SELECT count(*) FROM core.usage_counters) + (SELECT count(*) FROM core.openai_usage)" 0
  sql "SELECT count(*) FROM core.model_prices" 9
  documents users=1 workspaces=0 workspacemembers=0 openaiusages=0 flows=0 flowdrafts=0 flowtemplates=0 automationtemplates=0 \
    conversations=0 knowledges=0 globaluisettings=0 adminlogsettings=1
}
