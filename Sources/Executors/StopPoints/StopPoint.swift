/// A named place in the engine where a test can stop the process, or end it, exactly there.
///
/// Which one, and what happens, comes from the environment: see ``StopPlan``. Without it, passing a point is one load of
/// a `Bool`.
public enum StopPoint: String, CaseIterable, Sendable {
  /// The set is about to be taken, or has been, so that nobody else moves it.
  case beforeLease = "before-lease"
  case afterLease = "after-lease"
  /// The run is written down, or continued; nothing has been read.
  case runRecorded = "run-recorded"
  /// A chunk's bounds are about to be written down, or have been.
  case beforePlan = "before-plan"
  case afterPlan = "after-plan"
  /// A chunk's cursor is about to be opened, or has given its last record.
  case beforeRead = "before-read"
  case afterRead = "after-read"
  /// The rows that a chunk's records may have already are about to be read beside them, or have been.
  case beforeCompare = "before-compare"
  case afterCompare = "after-compare"
  /// One record is about to be converted, or has become rows in the buffers.
  case beforeConvert = "before-convert"
  case afterConvert = "after-convert"
  /// A COPY is about to begin, or the server has taken all of it.
  case beforeCopy = "before-copy"
  case afterCopy = "after-copy"
  /// Staged records are about to be merged, or have been; each half is one of its own where the server refused.
  case beforeMerge = "before-merge"
  case afterMerge = "after-merge"
  /// One record is about to be written to the quarantine, or has been.
  case beforeQuarantine = "before-quarantine"
  case afterQuarantine = "after-quarantine"
  /// A chunk is about to be marked as done, in the transaction of its rows, or has been.
  case beforeCheckpoint = "before-checkpoint"
  case afterCheckpoint = "after-checkpoint"
  /// Any transaction is about to be committed, or has been.
  case beforeCommit = "before-commit"
  case afterCommit = "after-commit"
  /// An entity's last chunk is done: what waited gets another try, then the entity is marked as complete.
  case beforeComplete = "before-complete"
  case afterComplete = "after-complete"
  /// An index is about to be built after the rows, or has been.
  case beforeIndex = "before-index"
  case afterIndex = "after-index"
  /// A foreign key is about to be added or validated, or has been.
  case beforeConstraint = "before-constraint"
  case afterConstraint = "after-constraint"
  /// The primary key of an empty table is about to be taken away until its rows are there, or has been.
  case beforePostpone = "before-postpone"
  case afterPostpone = "after-postpone"
  /// It is about to be built, or has been.
  case beforeKey = "before-key"
  case afterKey = "after-key"
  /// The run is about to be marked as done, or has been.
  case beforeFinish = "before-finish"
  case afterFinish = "after-finish"
  /// One rule inside a store is about to be written down, changed or taken away, or has been.
  case beforeGuard = "before-guard"
  case afterGuard = "after-guard"

  /// Whether any point does something in this process. Hot loops read it once, before they begin.
  public static var isArmed: Bool { armed }

  /// Passes this point: returns at once, unless the process' plan says what happens here.
  @inlinable
  public static func reach(_ point: StopPoint) {
    if armed { follow(point) }
  }

  @usableFromInline static func follow(_ point: StopPoint) { StopState.reach(point) }

  /// `nonisolated(unsafe)` because it is written once, by ``StopPlan/arm()``, before the process has a second thread.
  @usableFromInline nonisolated(unsafe) static var armed = false
}
