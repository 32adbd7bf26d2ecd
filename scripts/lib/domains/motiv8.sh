# shellcheck shell=bash
# motiv8: SQLite and local folders become PostgreSQL and S3.
# shellcheck disable=SC2034,SC2154

domain_source=sqlite

motiv8_options() { printf '%s\n' --rows "$1" --seed 7 --broken 10 --dirt "$([ "$1" -lt 100000 ] && echo 12 || echo 60)"; }

domain_generate() {
  local -a options files=()
  mapfile -t options < <(motiv8_options "$1")
  samples motiv8 --truth "${options[@]}" >"$work/truth"
  # Files by the hundred thousand would measure the disk, not the move.
  [ "$1" -ge 100000 ] || files=(--files "$work/files")
  expect 0 samples motiv8 --path "${SOURCE_URL#sqlite:}" --drop "${files[@]}" "${options[@]}"
  local place what count
  while read -r place what count; do
    [ "$what" != records ] || sqlite "SELECT count(*) FROM $place" "$count"
  done <"$work/truth"
}

domain_quarantined() { awk '$2 == "quarantined" { sum += $3 } END { print sum }' "$work/truth"; }

domain_check_seeded() {
  sql "SELECT count(*), count(*) FILTER (WHERE is_active), sum(days) FROM public.programs" "8|7|759"
}

domain_check_landed() {
  local table
  for table in users goals media_files generated_items embeddings sessions settings; do
    sql "SELECT count(*) FROM public.$table" $(($(truth "$work/truth" "$table records") \
      - $(truth "$work/truth" "$table quarantined") - $(truth "$work/truth" "$table filtered")))
  done
  sql "SELECT trunc(sum(balance) * 100) FROM public.users" "$(truth "$work/truth" "users cents")"
  sql "SELECT is_admin, plan IS NOT NULL FROM public.users WHERE email = 'admin@motiv8.example'" "t|t"
  sql "SELECT count(*) FROM public.users WHERE email = 'dirty.0@example.com'" 1
  [ ! -d "$work/files" ] || check_files
}

# The files move, too; the second time there is nothing to send. Rows that miss theirs are those that the generator knows of.
check_files() {
  local files
  files=$(awk '$2 == "files" { sum += $3 } END { print sum }' "$work/truth")
  expect 0 kedge files copy --from "local:$work/files" --to "local:$work/bucket" --json
  expect 0 kedge files copy --from "local:$work/files" --to "local:$work/bucket" --json
  diff -r --exclude=.kedge-temporary "$work/files" "$work/bucket" >"$work/errors" || fail "the files differ:"
  expect 3 kedge files verify --table public.media_files --column path --store-column store --at "local:$work/bucket" --json
  [ "$(total found),$(total missing),$(total unnamed)" = \
    "$files,$(truth "$work/truth" "media_files lost"),$(truth "$work/truth" "uploads strays")" ] || fail "rows should find $files files:"
}

# SQLite still owns the tables, so nobody but Kedge writes the copies. Then one moves on.
domain_forbidden() {
  refused KG001 as:UserRepository "UPDATE public.users SET balance = 0"
  refused KG001 as:MediaRepository "DELETE FROM public.media_files"
  refused KG001 nobody "INSERT INTO public.settings VALUES (1, 'theme', 'dark')"
  refused KG003 as:GoalRepository "UPDATE public.programs SET days = 1"
  allowed as:ProgramRepository "UPDATE public.programs SET days = days WHERE code = 'run-5k'"
  expect 0 kedge phase set sessions shadow
  expect 0 kedge phase set sessions core --reason "the audit found no drift"
  allowed as:SessionRepository "INSERT INTO public.sessions (token, user_id) VALUES ('new', 1)"
  if sqlite3 "${SOURCE_URL#sqlite:}" "DELETE FROM sessions" 2>"$work/errors"; then
    fail "SQLite takes sessions, which have moved to Postgres."
  fi
  sqlite "UPDATE users SET streak = streak WHERE id = 1; SELECT changes()" 1
  # And back: SQLite takes them again. A reset finds all tables in one phase.
  expect 0 kedge phase set sessions shadow --reason "rehearsing the way back"
  sqlite "UPDATE sessions SET ip = ip WHERE user_id = 1; SELECT changes() >= 0" 1
}

# The administrator stays; the programs, which were seeded, stay.
domain_check_reset() {
  sql "SELECT string_agg(email, ',') FROM public.users" "admin@motiv8.example"
  sql "SELECT (SELECT count(*) FROM public.goals) + (SELECT count(*) FROM public.media_files)
       + (SELECT count(*) FROM public.generated_items) + (SELECT count(*) FROM public.embeddings)
       + (SELECT count(*) FROM public.sessions) + (SELECT count(*) FROM public.settings)" 0
  sql "SELECT count(*) FROM public.programs" 8
  sqlite "SELECT count(*), min(id) FROM users" "1|1"
  sqlite "SELECT count(*) FROM goals" 0
}
