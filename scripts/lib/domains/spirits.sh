# shellcheck shell=bash
# spirits: feature by feature, the old path beside the new.
# shellcheck disable=SC2034,SC2154

domain_source=mongo
domain_roles=(spirits_app spirits_catalogue spirits_reports)

# One broken record of each kind, and ten of each at size; none where they would be more than the mapping puts up with.
spirits_options() {
  local broken=14
  [ "$1" -ge 800 ] || broken=0
  [ "$1" -lt 100000 ] || broken=140
  printf '%s\n' --documents "$1" --seed 7 --broken "$broken"
}

domain_generate() {
  local -a options
  mapfile -t options < <(spirits_options "$1")
  samples spirits --truth "${options[@]}" >"$work/truth"
  expect 0 samples spirits --url "$SOURCE_URL" --drop "${options[@]}"
}

domain_quarantined() { awk '$2 == "quarantined" { sum += $3 } END { print sum }' "$work/truth"; }

domain_check_seeded() {
  sql "SELECT count(*), count(DISTINCT category), count(DISTINCT tier) FROM spirits_registry" "18|6|4"
  # A tier has one price.
  sql "SELECT count(DISTINCT (tier, price)) FROM spirits_registry" 4
  sql "SELECT count(*), count(DISTINCT tier) FROM subscription_plans" "4|4"
  sql "SELECT count(*) FROM tools_registry" 71
  # What a bundle saves follows from what its spirits cost.
  sql "SELECT count(*), max(saving), bool_and(saving = round(100 * (1 - price / whole)) AND whole = list_price) FROM spirit_bundles,
       LATERAL (SELECT sum(s.price) AS whole FROM spirits_registry AS s WHERE s.id = ANY (spirit_ids)) AS spirits" "7|44|t"
}

domain_check_landed() {
  local entity what count
  while read -r entity what count; do
    case "$what" in
    landed | rows) sql "SELECT count(*) FROM $entity" "$count" ;;
    quarantined) sql "SELECT count(*) FROM kedge.quarantine WHERE entity = '$entity'" "$count" ;;
    balance) sql "SELECT sum(balance), (SELECT sum(amount) FROM points_transactions) FROM user_points" "$count|$count" ;;
    esac
  done <"$work/truth"
  # A balance is the sum of its transactions, for each user.
  sql "SELECT count(*) FROM user_points AS p LEFT JOIN
       (SELECT user_id, sum(amount) AS sum FROM points_transactions GROUP BY user_id) AS t USING (user_id)
       WHERE balance <> coalesce(sum, 0)" 0
  # Numbers and names of spirits came to the same: whoever bought one paid its price.
  sql "SELECT count(*) FROM user_spirit_purchases AS p JOIN spirits_registry AS s ON s.id = p.spirit_id WHERE p.price <> s.price" 0
  sql "SELECT count(*) FROM user_spirit_access AS a JOIN user_spirit_purchases AS p ON p.id = a.purchase_id
       WHERE p.user_id <> a.user_id OR p.spirit_id <> a.spirit_id" 0
}

# MongoDB owns what people have, Postgres what is on offer; each role writes what is its own, and no more.
domain_forbidden() {
  refused KG001 spirits_app "UPDATE user_points SET streak_days = 1"
  refused KG001 spirits_app "DELETE FROM points_transactions"
  refused 42501 spirits_app "UPDATE spirits_registry SET is_active = false"
  refused 42501 spirits_catalogue "DELETE FROM user_spirit_access"
  refused 42501 spirits_reports "DELETE FROM tools_registry"
  allowed spirits_catalogue "UPDATE tools_registry SET is_enabled = NOT is_enabled WHERE id = 'run_shell'"
  allowed spirits_catalogue "UPDATE tools_registry SET is_enabled = NOT is_enabled WHERE id = 'run_shell'"
  # Points move on to Postgres: now it takes them, and no other feature's.
  local entity
  for entity in user_points points_transactions; do
    expect 0 kedge phase set "$entity" shadow
    expect 0 kedge phase set "$entity" core --reason "the audit found no drift"
  done
  allowed spirits_app "WITH one AS (UPDATE user_points SET earned = earned + 5, balance = balance + 5
    WHERE user_id = (SELECT min(user_id) FROM user_points) RETURNING user_id)
    INSERT INTO points_transactions (user_id, amount, kind, reason) SELECT user_id, 5, 'bonus', 'by hand' FROM one"
  refused KG001 spirits_app "DELETE FROM user_spirit_access"
}

# What is on offer stays, what people have goes, in both stores; of the people the administrator stays.
domain_check_reset() {
  sql "SELECT (SELECT count(*) FROM spirits_registry), (SELECT count(*) FROM spirit_bundles),
       (SELECT count(*) FROM subscription_plans), (SELECT count(*) FROM tools_registry)" "18|7|4|71"
  sql "SELECT (SELECT count(*) FROM user_points) + (SELECT count(*) FROM points_transactions)
       + (SELECT count(*) FROM user_spirit_purchases) + (SELECT count(*) FROM user_spirit_subscriptions)
       + (SELECT count(*) FROM user_spirit_access) + (SELECT count(*) FROM spirit_minions)
       + (SELECT count(*) FROM minion_spirits) + (SELECT count(*) FROM spirit_mastery)" 0
  documents users=1 spiritpurchases=0 spiritsubscriptions=0 spiritaccesses=0 minions=0 spiritmasteries=0
}
