/// Hands out safe names so that no two are alike, whatever their letters' case.
struct NameRegistry {
  /// What the names are for, which decides what else they must not be.
  enum Purpose {
    case column, table
  }

  private let purpose: Purpose
  private var taken: Set<String> = []

  init(_ purpose: Purpose) { self.purpose = purpose }

  /// Columns that every Postgres table has, or had in older versions.
  private static let systemColumns: Set<String> = ["tableoid", "xmin", "cmin", "xmax", "cmax", "ctid", "oid"]

  /// Ends of names that Postgres gives to indexes and constraints, which share their names' space with tables.
  private static let derivedEnds = ["_pkey", "_key", "_fkey", "_idx", "_seq", "_check", "_excl"]

  /// Names for all of these, in their order. Those that are safe already stay as they are, even where an earlier name
  /// would become the same.
  mutating func assign(_ names: [String], fallback: String) -> [String] {
    var assigned = [String?](repeating: nil, count: names.count)
    for (index, name) in names.enumerated() {
      let safe = candidate(for: name, fallback: fallback)
      if safe.utf8.elementsEqual(name.utf8), claim(safe) { assigned[index] = safe }
    }
    for (index, name) in names.enumerated() where assigned[index] == nil {
      assigned[index] = unique(name, fallback: fallback)
    }
    return assigned.compactMap { $0 }
  }

  /// A name for this one that nobody has yet: with `_2`, `_3` and so on at its end if need be.
  mutating func unique(_ name: String, fallback: String) -> String {
    let base = candidate(for: name, fallback: fallback)
    if claim(base) { return base }
    var number = 2
    while true {
      let tail = "_\(number)"
      let numbered = SafeName.shortened(base, to: SafeName.longest - tail.utf8.count) + tail
      if claim(numbered) { return numbered }
      number += 1
    }
  }

  private func candidate(for name: String, fallback: String) -> String {
    let safe = SafeName.of(name, fallback: fallback)
    switch purpose {
    case .column: return Self.systemColumns.contains(safe) ? safe + "_" : safe
    case .table:
      guard Self.derivedEnds.contains(where: safe.hasSuffix) else { return safe }
      let end = "_table"
      return SafeName.shortened(safe, to: SafeName.longest - end.utf8.count) + end
    }
  }

  private mutating func claim(_ name: String) -> Bool { taken.insert(name.lowercased()).inserted }
}
