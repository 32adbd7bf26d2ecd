internal import Backfill
internal import Codec
internal import Mapping
internal import RecordSources

/// What an audit was asked for. Only an audit with the same request goes on where another one stopped.
struct AuditRequest: Sendable, Equatable {
  var set: String
  /// A digest of the compiled plans and of what the mapping says about comparing.
  var mapping: String
  /// The sources, without secrets.
  var source: String
  /// Entities asked for by name; empty for all.
  var entities: [String]
  /// One record in so many; nil for all.
  var oneIn: Int?

  init(_ context: BackfillContext, plans: [EntityPlan], options: AuditOptions) {
    set = context.set.name
    entities = options.entities.sorted()
    oneIn = options.sample.map { max(1, Int((1 / $0).rounded())) }
    source = Set(plans.map(\.entity.store)).sorted().compactMap { context.sources[$0]?.identity }
      .joined(separator: " ")
    var text = ""
    for plan in plans {
      let tolerances = plan.entity.auditTolerance.sorted { $0.key < $1.key }
      text +=
        "\(plan.entity.name):\(plan.entity.collection):\(plan.table.display):\(plan.record):\(plan.entity.auditIgnore):\(tolerances)"
    }
    var digest = ByteBuffer(capacity: 64)
    text.withUTF8 { SHA256.append(digestOf: UnsafeRawBufferPointer($0), to: &digest) }
    mapping = ArrayText.hex(digest.bytes)
  }
}
