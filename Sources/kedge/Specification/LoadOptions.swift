internal import CommandLine
internal import Mapping

/// How a Mongo source is read, for every command that reads records.
let readingOptions: [OptionSpec] = [
  .value(
    "read-preference", "MODE", .choice(Store.ReadPreference.allCases.map(\.rawValue)),
    help: "Which servers of a MongoDB replica set are read from.", default: "what the URL or the set says",
    group: "reading MongoDB"),
  .value(
    "read-concern", "LEVEL", .choice(Store.ReadConcern.allCases.map(\.rawValue)),
    help: "What reads of a MongoDB may see.", default: "what the URL or the set says",
    group: "reading MongoDB"),
]

/// What keeps a backfill from being a burden to servers that are in use.
let loadOptions: [OptionSpec] = [
  .value(
    "rate", "N", .integer(atLeast: 1),
    help: "Read at most so many records per second, over all workers and all processes of the run.",
    default: "no limit", group: "load"),
  .value(
    "source-cursors", "N", .integer(1...64),
    help: "Have at most so many cursors open on a source at a time, over all workers of this process.",
    default: "one for each worker", group: "load"),
  .value(
    "between", "HH:MM-HH:MM",
    help:
      "Work only between these times of the day, as this machine's clock shows them, and stand still otherwise.",
    default: "all day", group: "load"),
  .value(
    "max-lag", "TIME", help: "Hold back while a replica of the target is farther behind. 'off' for no limit.",
    default: "30s", group: "load"),
  .value(
    "max-latency", "TIME",
    help: "Hold back while a small write takes the target longer. 'off' for no limit.", default: "2s",
    group: "load"),
  .value(
    "max-checkpoints", "N",
    help:
      "Hold back while the target makes more checkpoints before their time in a minute.",
    default: "off", group: "load"),
]
