/// What is done to what refers to nothing.
public enum CleanAction: String, Sendable, Codable {
  /// The record goes.
  case delete
  /// The referring columns become null.
  case nullify
  /// The element leaves its array.
  case takeOut = "take-out"
  /// Nothing: a person decides.
  case none
}

/// What became of one reference's orphans.
public struct CleanedReference: Sendable, Equatable {
  /// As in ``ReferenceFinding/name``.
  public var name: String
  public var entity: String
  /// The store that owns what refers; `postgres` for the target.
  public var store: String
  public var action: CleanAction
  /// Why nothing is done, or why it ended early.
  public var reason: String?
  public var orphans: Int
  /// How many of them this run cleaned.
  public var cleaned: Int
  /// How many were no orphans any more when their turn came: somebody mended them, or they went with a record that was
  /// deleted.
  public var gone = 0

  public var left: Int { orphans - cleaned - gone }
}

/// What a cleaner found and did.
public struct CleanReport: Sendable {
  public var run: Int
  /// Whether it wrote, or only said what it would do.
  public var isApplied: Bool
  public var references: [CleanedReference] = []
  /// The first orphans of each entity.
  public var samples: [AuditDifference] = []

  public var orphans: Int { references.reduce(0) { $0 + $1.orphans } }
  public var cleaned: Int { references.reduce(0) { $0 + $1.cleaned } }
  public var left: Int { references.reduce(0) { $0 + $1.left } }
}

/// Why a cleaner refuses to begin.
public struct CleanRefusal: Error, Sendable, CustomStringConvertible {
  public let entity: String
  public let phase: String
  public var description: String {
    "entity \"\(entity)\" is in phase \(phase): its old store still owns it, and would bring back what was cleaned here;"
      + " clean it in the old store, or after the switch to phase core"
  }
}
