public import Executors

/// How seeds are put in place.
public struct SeedOptions {
  /// Whether nothing is written: everything is done in one transaction, which is undone.
  public var isDry = false
  /// Whether rows are put as the files say, whatever a person made of them.
  public var isForced = false
  /// Whether rows that left their file, and that nobody changed, are removed.
  public var prunes = false
  /// How many rows of each file are reported with their values. Rows that are kept come first.
  public var rowLimit = 20
  /// Whether rows that are inserted, updated and removed are reported too, and not the kept ones alone.
  public var reportsAll = false
  /// Seconds that another process which seeds the same set is waited for.
  public var patience = 60.0
  /// The wish to end.
  public var stop = StopFlag()
  /// Gets what a person wants to know meanwhile.
  public var say: (String) -> Void = { _ in }

  /// The usual ones.
  public init() {}
}
