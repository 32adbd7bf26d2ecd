internal import Synchronization

/// What comparisons of old and new answers have found: counts, and examples without values.
public final class ComparisonReport: Sendable {
  /// What was found of one kind of read.
  public struct Findings: Sendable, Equatable {
    /// How often both were asked.
    public var compared = 0
    /// How often both answered the same.
    public var equal = 0
    /// How often they answered otherwise.
    public var different = 0
    /// How often the old one alone failed.
    public var failedOld = 0
    /// How often the new one alone failed.
    public var failedNew = 0
    /// How often both failed.
    public var failedBoth = 0
    /// In how many answers each place differed.
    public var differencesByPath: [String: Int] = [:]
    /// The first reads that differed or failed, each with its key.
    public var examples: [Example] = []

    /// Whether the new one may take over: enough was compared, and nothing was otherwise.
    ///
    /// - Parameter minimum: how many equal answers are enough.
    public func isValidated(minimum: Int = 1000) -> Bool {
      equal >= minimum && equal + failedBoth == compared
    }
  }

  /// A read that didn't give the same.
  public struct Example: Sendable, Equatable {
    /// Which read.
    public let key: String
    /// What was otherwise: places and kinds, or the type of an error.
    public let what: [String]
  }

  private let findings = Mutex<[String: Findings]>([:])
  /// How many examples are kept of each kind of read.
  public let exampleLimit: Int

  /// - Parameter exampleLimit: how many examples are kept of each kind of read.
  public init(exampleLimit: Int = 10) { self.exampleLimit = exampleLimit }

  /// What was found, by the name of the comparison.
  public var all: [String: Findings] { findings.withLock { $0 } }

  /// What a comparison has found.
  public subscript(_ name: String) -> Findings { findings.withLock { $0[name] ?? Findings() } }

  /// Begins anew, as after a mistake was mended.
  public func reset(_ name: String) { findings.withLock { $0[name] = nil } }

  func note(_ name: String, _ key: String, _ differences: [ResponseDifference]) {
    change(name) { found in
      guard !differences.isEmpty else {
        found.equal += 1
        return
      }
      found.different += 1
      for path in Set(differences.map(\.path)) { found.differencesByPath[path, default: 0] += 1 }
      add(Example(key: key, what: differences.prefix(20).map(\.description)), to: &found)
    }
  }

  func note(_ name: String, _ key: String, failedOld old: (any Error)?, failedNew new: (any Error)?) {
    change(name) { found in
      switch (old, new) {
      case (nil, _): found.failedNew += 1
      case (_, nil): found.failedOld += 1
      default: found.failedBoth += 1
      }
      // Its type alone, for messages of other programs' errors may hold anything.
      let what = [
        old.map { "the old read failed with \(type(of: $0))" },
        new.map { "the new read failed with \(type(of: $0))" },
      ]
      add(Example(key: key, what: what.compactMap { $0 }), to: &found)
    }
  }

  private func change(_ name: String, _ body: (inout Findings) -> Void) {
    findings.withLock { findings in
      findings[name, default: Findings()].compared += 1
      body(&findings[name, default: Findings()])
    }
  }

  private func add(_ example: Example, to found: inout Findings) {
    if found.examples.count < exampleLimit { found.examples.append(example) }
  }
}
