/// What a guardrail does with a write that it finds wrong.
public enum GuardMode: String, Sendable, CaseIterable {
  /// Nothing: the entity isn't guarded.
  case off
  /// It counts and logs the write, with its caller, and lets it pass.
  case observe
  /// It refuses the write.
  case enforce
}

/// How one entity is guarded.
public struct GuardRules: Sendable, Equatable {
  /// Nil where the entity's file says nothing: then the set's mode counts.
  public var mode: GuardMode?
  /// Whether a writer must say the epoch that it knows. Otherwise only those who say one are checked.
  public var requiresFence: Bool

  public init(mode: GuardMode? = nil, requiresFence: Bool = false) {
    self.mode = mode
    self.requiresFence = requiresFence
  }
}

/// How a set is guarded.
public struct SetGuardRules: Sendable, Equatable {
  /// The mode of entities that name none.
  public var mode: GuardMode
  /// In the order of the file.
  public var roles: [GuardRole]

  public init(mode: GuardMode = .enforce, roles: [GuardRole] = []) {
    self.mode = mode
    self.roles = roles
  }
}

/// A role of a database, and the writers that log in as it.
public struct GuardRole: Sendable, Equatable {
  public var name: String
  public var writers: [String]

  public init(name: String, writers: [String]) {
    self.name = name
    self.writers = writers
  }
}

/// An exception by name: one unit of work may write these entities, though they are owned by different stores.
public struct Crossing: Sendable, Equatable {
  public var name: String
  public var entities: [String]
  public var reason: String
  /// Where it was decided: an `http` or `https` URL.
  public var link: String
  /// The last day on which it is allowed, in UTC.
  public var expires: CalendarDay
  public var location: SourceLocation

  public init(
    name: String, entities: [String], reason: String, link: String, expires: CalendarDay,
    location: SourceLocation
  ) {
    self.name = name
    self.entities = entities
    self.reason = reason
    self.link = link
    self.expires = expires
    self.location = location
  }
}

/// A day of the proleptic Gregorian calendar.
public struct CalendarDay: Sendable, Hashable, Comparable, CustomStringConvertible {
  public let year: Int
  public let month: Int
  public let day: Int

  /// - Returns: nil for a day that there isn't.
  public init?(year: Int, month: Int, day: Int) {
    guard (1...9999).contains(year), (1...12).contains(month), day >= 1 else { return nil }
    let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
    let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    guard day <= lengths[month - 1] else { return nil }
    self.year = year
    self.month = month
    self.day = day
  }

  /// Reads `2027-01-31`, and nothing else.
  public init?(_ text: String) {
    let parts = text.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.map(\.count) == [4, 2, 2],
      parts.allSatisfy({ $0.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } })
    else { return nil }
    let numbers = parts.map { $0.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) } }
    self.init(year: numbers[0], month: numbers[1], day: numbers[2])
  }

  public static func < (left: CalendarDay, right: CalendarDay) -> Bool {
    (left.year, left.month, left.day) < (right.year, right.month, right.day)
  }

  /// As a mapping file says it: `2027-01-31`.
  public var description: String {
    func padded(_ number: Int, _ width: Int) -> String {
      String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
    }
    return "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))"
  }
}
