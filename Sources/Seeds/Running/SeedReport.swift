/// What became of seeds, or would become of them.
public struct SeedReport: Sendable, Equatable {
  /// What became of one file's rows, or of those of a file that is gone.
  public struct Seed: Sendable, Equatable {
    /// The file's name.
    public var seed: String
    /// The table's, with its schema.
    public var table: String
    public var inserted = 0
    public var updated = 0
    /// As the file says, be it by this seed or since before.
    public var unchanged = 0
    /// Other than the file says, and left so: a person changed or deleted them, or they were there before the seed.
    public var kept = 0
    /// Taken away, as they left the file.
    public var removed = 0
    /// Rows that this set once seeded and that the file doesn't hold any more.
    public var left = 0
    /// The rows that aren't as they were, or were kept; the first ones.
    public var rows: [SeedChange] = []
  }

  /// In the order of the files.
  public var seeds: [Seed]
  /// Whether nothing was written.
  public var isDry: Bool
}

/// What happens to one row.
public struct SeedChange: Sendable, Equatable {
  /// What it is.
  public enum Kind: String, Sendable, CaseIterable {
    case inserted, updated, removed
    /// Kept: a person changed it since it was seeded.
    case changed
    /// Kept: a person deleted it since it was seeded.
    case deleted
    /// Kept: it was there before it was seeded, and is other than the file says.
    case differs
    /// Kept though it left the file: a person changed it.
    case changedAndLeft = "changed_and_left"
    /// Kept though it left the file: other rows refer to it.
    case referred

    /// Whether the row isn't as the file says.
    public var isKept: Bool {
      switch self {
      case .inserted, .updated, .removed: false
      default: true
      }
    }
  }

  /// One column's value, as text; personal ones as digests.
  public struct Column: Sendable, Equatable {
    public var name: String
    /// In the table; nil for NULL, or where there is no row.
    public var live: String?
    /// In the file; nil for NULL.
    public var wanted: String?
  }

  public var kind: Kind
  /// The key's columns with their values.
  public var key: [Column]
  /// The columns that differ, or all that an inserted row names.
  public var columns: [Column]
}
