internal import SQLite

extension Motiv8Sample {
  /// What there is, and what becomes of it with `mappings/motiv8` on the tables of `migrations/motiv8`, seeded.
  public func truth() -> [SampleCount] {
    let dirty = (0..<dirt).map { dirt($0) }
    let faults = (0..<broken).map { fault($0) }
    var counts = Motiv8Table.allCases.flatMap { table -> [SampleCount] in
      let here = dirty.filter { $0.table == table }
      let unfit = faults.count { $0.table == table }
      let filtered = table == .goals ? (0..<count(.goals)).count { isDeleted(goal: $0) } : 0
      let place = table.rawValue
      return [
        SampleCount(place, "records", count(table) + unfit + here.reduce(0) { $0 + $1.rows }),
        SampleCount(place, "quarantined", unfit + here.reduce(0) { $0 + $1.quarantined }),
        SampleCount(place, "filtered", filtered),
      ]
    }
    // Of twins one lands, and both have the same balance.
    let twins = dirty.indices.filter { dirty[$0] == .twinEmail }.map { dirtyRows($0)[0] }
    let cents = ((0..<count(.users)).map { row(.users, $0) } + twins).reduce(0) { sum, cells in
      if case .real(let dollars) = cells[6] { sum + Int((dollars * 100).rounded()) } else { sum }
    }
    counts.append(SampleCount(Motiv8Table.users.rawValue, "cents", cents))
    for store in Motiv8Store.allCases {
      let files = (0..<count(.mediaFiles)).count { self.store(ofMedia: $0) == store }
      counts.append(SampleCount(store.rawValue, "files", files))
    }
    // A row of twins has no file of its own: neither has any other row that lands and isn't sound.
    let lost = dirty.count { $0 == .lostFile || $0 == .twinPath }
    counts.append(SampleCount(Motiv8Table.mediaFiles.rawValue, "lost", lost))
    counts.append(SampleCount(Motiv8Store.uploads.rawValue, "strays", dirt > 0 ? 1 : 0))
    return counts
  }
}
