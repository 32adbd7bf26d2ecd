internal import CommandLine
internal import Scheduling

/// How audits run by themselves.
let auditScheduleOptions: [OptionSpec] = [
  .value(
    "every", "TIME", .duration,
    help:
      "Go on for ever: audit now, or when the last one's time is over, then once in each TIME ('15m', '1h', '1d'), as the one process that does so for this set and target; others stand by.",
    default: "audit once", group: "schedule"),
  .value(
    "jitter", "PERCENT",
    help: "Begin each audit late by chance, by up to this share of the interval. 0% to 50%.", default: "10%",
    group: "schedule"),
  .value(
    "count", "N", .integer(atLeast: 1), help: "End after so many audits, with the last one's exit code.",
    default: "never", group: "schedule"),
  .value(
    "lease", "SECONDS", .integer(3...3600),
    help: "How long the process may be silent before one that stands by takes over.", default: "30",
    group: "schedule"),
]

/// Who is told of what an audit found.
let auditHookOptions: [OptionSpec] = [
  .value(
    "on-drift", "COMMAND",
    help: "Run this by /bin/sh, with the audit's JSON on standard input, when there is drift.",
    group: "hooks"),
  .value(
    "hook-timeout", "TIME", .duration, help: "End the command, and all that it started, after this time.",
    default: "60s", group: "hooks"),
  .value(
    "webhook", "URL", .url,
    help:
      "POST the audit's JSON there when there is drift. KEDGE_WEBHOOK_URL does the same, out of sight of other users.",
    group: "hooks"),
  .value(
    "hook-on", "OCCASION", .choice(HookOccasion.allCases.map(\.rawValue)),
    help:
      "Tell hooks after each audit, after each that finds drift, or when what is found is other than what they were last told.",
    default: "drift", group: "hooks"),
]
