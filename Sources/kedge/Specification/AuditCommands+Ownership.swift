internal import CommandLine

/// What `kedge audit` takes about who owns what.
let auditOwnershipOptions: [OptionSpec] = [
  .flag(
    "new-baseline",
    help: "Of entities in phase core: take what the old store holds now as what it has to stay.")
]
