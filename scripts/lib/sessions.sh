# shellcheck shell=bash
# What runs beside a script, in a session of its own: builds and tests put what they start into groups of their own, where no
# signal to ours or to theirs finds it, but it stays in the session.

# Begins a command beside this script, which must not use job control: session_begin COMMAND…
# The session's number is then $!. A shell lets what runs beside it ignore SIGINT; what is begun here takes it as others do.
session_begin() { setsid env --default-signal=INT,QUIT "$@" & }

# Begins one that takes what others leave of the processor: session_begin_last COMMAND…
# A kernel that shares the processor out between sessions first asks nobody in them how nice he is, so the session says it.
session_begin_last() {
  # shellcheck disable=SC2016 # The shell that is begun expands it.
  session_begin sh -c '{ echo 19 >/proc/self/autogroup; } 2>/dev/null; exec nice -n 19 "$@"' sh "$@"
}

# Sends a signal to every process of a session that hasn't had it yet: session_signal SIGNAL NUMBER
declare -A session_heard=()
session_signal() {
  local signal=$1 session=$2 file line process
  local -a fields
  for file in /proc/[0-9]*/stat; do
    { read -r line <"$file"; } 2>/dev/null || continue
    # Behind the name, which ends with the last parenthesis: state, parent, group, session.
    process=${line%% *}
    [ -z "${session_heard[$signal $process]-}" ] || continue
    read -r -a fields <<<"${line##*) }"
    # Or the one that is about to begin it.
    if [ "${fields[3]-}" = "$session" ] || [ "$process" = "$session" ]; then
      session_heard[$signal $process]=yes
      kill "-$signal" "$process" 2>/dev/null || true
    fi
  done
}

# Ends sessions, and waits until what they began with has cleaned up: session_end NUMBER…
session_end() {
  local session
  for session; do session_signal TERM "$session"; done
  for session; do
    # A shell that was about to start something when the signals went round waits for it, so they go round until it has ended.
    # What cleans up lets those that it starts ignore them.
    while kill -0 "$session" 2>/dev/null; do
      sleep 0.1
      session_signal TERM "$session"
    done
    wait "$session" 2>/dev/null || true
    session_signal KILL "$session"
  done
}
