internal import Audit
internal import Catalog
internal import DatabaseGuards
internal import Guardrails
internal import Mapping
internal import Postgres

extension Session {
  /// What an audit says of rules inside the stores: those that are gone or altered are drift. Where none were ever installed,
  /// there is nothing to say.
  ///
  /// - Parameter entities: those that are audited; empty for all.
  func guardrailFindings(
    _ set: MappingSet, only entities: [String]
  ) -> @Sendable (PostgresConnection) throws -> [OwnershipFinding] {
    { connection in
      guard try Catalog(connection).hasGuards(set: set.name) else { return [] }
      return try guardInstaller(set, target: connection).findings().filter { finding in
        entities.isEmpty || entities.contains(finding.entity)
      }.map { finding in
        OwnershipFinding(
          kind: .guardrail, store: finding.store, object: finding.object,
          entity: finding.entity.isEmpty ? nil : finding.entity, message: finding.message, isDrift: true)
      }
    }
  }
}
