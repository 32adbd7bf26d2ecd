# shellcheck shell=bash
# omnihub: a SQLite file that moves whole.
# shellcheck disable=SC2034,SC2154

domain_source=sqlite

omnihub_options() { printf '%s\n' --rows "$1" --seed 7 --broken 8 --dirt "$([ "$1" -lt 100000 ] && echo 7 || echo 70)"; }

domain_generate() {
  local -a options
  mapfile -t options < <(omnihub_options "$1")
  samples omnihub --truth "${options[@]}" >"$work/truth"
  expect 0 samples omnihub --path "${SOURCE_URL#sqlite:}" --drop "${options[@]}"
  local place what count
  while read -r place what count; do
    [ "$what" != records ] || sqlite "SELECT count(*) FROM $place" "$count"
  done <"$work/truth"
}

domain_quarantined() { awk '$2 == "quarantined" { sum += $3 } END { print sum }' "$work/truth"; }

domain_check_seeded() {
  sql "SELECT count(*), count(DISTINCT type) FROM public.models" "12|4"
  # Each model's default provider is the one that is tried first, and two or three serve it, in an order without gaps.
  sql "SELECT count(*) FROM public.models AS m JOIN public.model_providers AS p
       ON p.model = m.name AND p.provider = m.default_provider AND p.fallback_order = 1" 12
  sql "SELECT bool_and(count BETWEEN 2 AND 3 AND last = count) FROM
       (SELECT count(*), max(fallback_order) AS last FROM public.model_providers GROUP BY model) AS each" t
}

domain_check_landed() {
  local table
  for table in users generations settings logs; do
    sql "SELECT count(*) FROM public.$table" \
      $(($(truth "$work/truth" "$table records") - $(truth "$work/truth" "$table quarantined")))
  done
  # Integers and reals of one column come to the same sum of money, less the rows that are in quarantine.
  sql "SELECT trunc(sum(credits) * 100) FROM public.users" "$(truth "$work/truth" "users cents")"
  sql "SELECT count(*) FROM public.generations WHERE status IN ('pending', 'running')" "$(truth "$work/truth" "generations unfinished")"
  sql "SELECT count(*) FROM public.users WHERE email = 'dirty.0@example.com'" 1
}

# SQLite still owns the tables, so nobody but Kedge writes the copies. Then one moves on, as routes do.
domain_forbidden() {
  refused KG001 as:users "UPDATE public.users SET credits = credits - 1 WHERE id = 1"
  refused KG001 as:users "DELETE FROM public.users WHERE id = 1"
  refused KG001 as:settings "INSERT INTO public.settings (key, value) VALUES ('theme', 'dark')"
  # The registry has always lived here. Whoever writes it says who it is.
  refused KG003 nobody "UPDATE public.models SET base_cost = 0"
  refused KG003 as:generations "UPDATE public.models SET base_cost = 0"
  allowed as:models "UPDATE public.models SET base_cost = base_cost WHERE name = 'sdxl'"
  expect 0 kedge phase set settings shadow
  expect 0 kedge phase set settings core --reason "the audit found no drift"
  expect 2 kedge phase set models legacy
  allowed as:settings "INSERT INTO public.settings (key, value) VALUES ('theme', 'dark')"
  if sqlite3 "${SOURCE_URL#sqlite:}" "UPDATE settings SET value = 'light'" 2>"$work/errors"; then
    fail "SQLite takes settings, which have moved to Postgres."
  fi
  sqlite "UPDATE users SET last_login = last_login WHERE id = 1; SELECT changes()" 1
}

domain_check_reset() {
  sql "SELECT (SELECT count(*) FROM public.users) + (SELECT count(*) FROM public.generations)
       + (SELECT count(*) FROM public.logs) + (SELECT count(*) FROM public.settings)" 0
  sql "SELECT count(*) FROM public.models" 12
}
