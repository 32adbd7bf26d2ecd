internal import CommandLine

let cleanCommand = CommandSpec(
  "clean",
  summary: "Do to orphans what the mapping's on-delete says. Without --apply: say what would be done.",
  discussion: """
    An orphan is a reference that leads nowhere, whichever store either side is in. 'set-null' takes the referring values away, \
    'cascade' deletes the record that refers, or the element of an array or child table; 'restrict' and 'no-action' leave \
    the decision to a person. What refers is changed in the store that owns it: rows in PostgreSQL from phase core on, the records \
    of feature entities in their own store, which this command alone opens for writing.

    Each orphan is looked at again right before it is changed, in small batches, and is written down before and after in \
    kedge.audit_repairs. What was deleted may have been referred to itself: run it until nothing is left.
    """,
  options: [
    entityOption("The entity whose references are cleaned."),
    .flag("apply", help: "Make the changes."),
    .value(
      "batch-size", "N", .integer(1...100_000), help: "Orphans changed in one batch.", default: "500"),
    .value(
      "margin", "TIME", help: "How long a reference must lead nowhere, such as 30s or 5m, before it counts.",
      default: "0s"),
  ] + readingOptions,
  examples: [
    ExampleSpec("kedge clean", says: "Say what would be done, reference by reference."),
    ExampleSpec("kedge clean --entity conversations --apply", says: "Clean one entity's references."),
  ],
  exitCodes: [0, 1, 2, 3, 5, 130]
)
