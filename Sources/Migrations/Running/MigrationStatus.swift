/// Where each migration of a set stands: files beside what the database says.
public struct MigrationStatus: Sendable, Equatable {
  /// One migration, of a file, of the database or both.
  public struct Entry: Sendable, Equatable {
    /// How it stands. The words are stable.
    public enum State: String, Sendable {
      case applied, baseline, pending
      case outOfOrder = "out of order"
      case changed, missing
      case partlyUp = "partly up"
      case partlyDown = "partly down"
    }

    /// Its number.
    public let number: Int
    /// Its number and name as the file has them.
    public let title: String
    /// How it stands.
    public let state: State
    /// What the database says of it.
    public let record: MigrationRecord?
  }

  /// In the order of their numbers.
  public let entries: [Entry]

  /// Holds files against records.
  public init(files: [MigrationFile], records: [MigrationRecord]) {
    let last = records.last?.number ?? 0
    let known = Dictionary(uniqueKeysWithValues: records.map { ($0.number, $0) })
    var entries = files.map { file in
      let record = known[file.number]
      let state: Entry.State =
        switch record?.state {
        case nil: file.number < last ? .outOfOrder : .pending
        case .partlyUp: .partlyUp
        case .partlyDown: .partlyDown
        case .applied:
          record?.checksum != file.checksum || record?.name != file.name
            ? .changed : record?.isBaseline == true ? .baseline : .applied
        }
      return Entry(number: file.number, title: file.title, state: state, record: record)
    }
    let numbers = Set(files.map(\.number))
    entries += records.filter { !numbers.contains($0.number) }.map { record in
      Entry(number: record.number, title: "\(record.number)_\(record.name)", state: .missing, record: record)
    }
    self.entries = entries.sorted { $0.number < $1.number }
  }

  /// Whether all files are applied as they are, and nothing else is.
  public var isUpToDate: Bool { entries.allSatisfy { $0.state == .applied || $0.state == .baseline } }

  /// How many wait to be applied.
  public var pending: Int { entries.count { $0.state == .pending } }

  /// What keeps the files from being applied, as sentences that name each migration and a way on.
  ///
  /// - Parameter allowsOutOfOrder: whether a migration may be applied behind one with a higher number.
  public func disagreements(allowsOutOfOrder: Bool = false) -> [String] {
    entries.compactMap { entry in
      switch entry.state {
      case .changed where entry.record.map({ !entry.title.hasSuffix("_" + $0.name) }) == true:
        "\(entry.title) was applied under the name \"\(entry.record?.name ?? "")\"; rename it back, or take the file as it is with:"
          + " kedge migrate repair --accept \(entry.number)"
      case .changed:
        "\(entry.title) was edited after it was applied; put it back as it was and write a new migration, or take the file as it is"
          + " with: kedge migrate repair --accept \(entry.number)"
      case .missing:
        "\(entry.title) was applied, and its file isn't there; bring the file back, or forget it with:"
          + " kedge migrate repair --mark-pending \(entry.number)"
      case .outOfOrder where !allowsOutOfOrder:
        "\(entry.title) isn't applied, but one with a higher number is; give it a new number, or apply it all the same with"
          + " --out-of-order"
      default: nil
      }
    }
  }
}
