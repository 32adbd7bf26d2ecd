/// Validates a new way to read something against the old one, before anybody is switched to it.
///
/// For example:
/// ```swift
/// let comparison = ResponseComparison(name: "spirits of a user", report: report)
/// let spirits = try await comparison.read(
///   key: "user 7", old: { try await oldStore.spirits(of: user) }, new: { try await access.all(ofUser: user) })
/// ```
/// While it compares, both are asked, and the old one's answer is given: its value, or its error. A new read that fails is a difference, and
/// nobody's answer. Once switched, only the new one is asked, and its errors are the caller's: nothing stands in for an answer.
public struct ResponseComparison<Response: Encodable & Sendable>: Sendable {
  /// Who answers.
  public enum Stage: String, Sendable, CaseIterable {
    /// The old one, and the new one isn't asked.
    case old
    /// The old one, and the new one is compared with it.
    case comparing
    /// The new one, and the old one isn't asked.
    case switched
  }

  /// What is read, for the report.
  public let name: String
  /// Who answers.
  public var stage: Stage
  /// Where arrays have no order of their own: the places in which they are compared as sets.
  public var unorderedPaths: Set<String>
  private let report: ComparisonReport

  /// - Parameters:
  ///   - name: what is read.
  ///   - stage: who answers.
  ///   - unorderedPaths: the places (`items`, `user.tags`; empty for the whole) of arrays whose order means nothing.
  ///   - report: what keeps the differences.
  public init(
    name: String, stage: Stage = .comparing, unorderedPaths: Set<String> = [], report: ComparisonReport
  ) {
    self.name = name
    self.stage = stage
    self.unorderedPaths = unorderedPaths
    self.report = report
  }

  /// Reads, and compares.
  ///
  /// - Parameters:
  ///   - key: what tells this read from others in the report: a key, never a personal value.
  ///   - old: the old way, which must not write.
  ///   - new: the new way, which must not write.
  /// - Throws: what the one throws that answers.
  public func read(
    key: String, old: @escaping @Sendable () async throws -> Response,
    new: @escaping @Sendable () async throws -> Response
  ) async throws -> Response {
    switch stage {
    case .old: return try await old()
    case .switched: return try await new()
    case .comparing:
      async let second = Self.outcome(new)
      let first = await Self.outcome(old)
      note(key, first, await second)
      return try first.get()
    }
  }

  private static func outcome(_ body: @Sendable () async throws -> Response) async -> Result<
    Response, any Error
  > {
    do { return .success(try await body()) } catch { return .failure(error) }
  }

  private func note(_ key: String, _ old: Result<Response, any Error>, _ new: Result<Response, any Error>) {
    do {
      switch (old, new) {
      case (.success(let old), .success(let new)):
        let differences = ResponseTree.differences(
          try ResponseTree(encoding: old), try ResponseTree(encoding: new), unordered: unorderedPaths)
        report.note(name, key, differences)
      case (.failure(let old), .success): report.note(name, key, failedOld: old, failedNew: nil)
      case (.success, .failure(let new)): report.note(name, key, failedOld: nil, failedNew: new)
      case (.failure(let old), .failure(let new)): report.note(name, key, failedOld: old, failedNew: new)
      }
    } catch {
      report.note(name, key, failedOld: nil, failedNew: error)
    }
  }
}
