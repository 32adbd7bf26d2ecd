internal import Backfill
internal import Catalog
internal import Codec
internal import Mapping
internal import RecordSources

/// What a plan was made for: the first line of its file.
struct PlanHeader: Codable, Equatable {
  /// Of the file's form.
  static let version = 1

  var version: Int
  var set: String
  /// The audit that found the differences.
  var run: Int
  /// The target's database, for good: a restored copy has another identity.
  var target: String
  /// The sources by their stores' names, without secrets.
  var sources: [String: String]
  /// A digest of each entity's mapping.
  var mappings: [String: String]
  var created: String

  enum CodingKeys: String, CodingKey {
    case version = "kedge_plan"
    case set, run, target, sources, mappings, created
  }

  init(_ plans: [EntityPlan], context: BackfillContext, run: Int, target: String, created: String) throws {
    version = Self.version
    set = context.set.name
    self.run = run
    self.target = target
    sources = [:]
    mappings = [:]
    for plan in plans {
      sources[plan.entity.store] = try context.source(of: plan).identity
      mappings[plan.entity.name] = plan.digest
    }
    self.created = created
  }

  /// What isn't any more what it was when the plan was made.
  func differences(from now: PlanHeader) -> [String] {
    var found: [String] = []
    if version != now.version { found.append("its form is \(version), and this kedge knows \(now.version)") }
    if set != now.set { found.append("it is for the mapping set \"\(set)\", and this is \"\(now.set)\"") }
    if target != now.target { found.append("the target is another database, or a restored copy") }
    for (store, identity) in sources.sorted(by: { $0.key < $1.key }) where now.sources[store] != identity {
      found.append(
        "the source \"\(store)\" was \(identity), and is "
          + (now.sources[store].map { "\($0) now" } ?? "not configured now"))
    }
    for (entity, digest) in mappings.sorted(by: { $0.key < $1.key }) where now.mappings[entity] != digest {
      found.append(
        now.mappings[entity] == nil
          ? "the mapping set has no core entity \"\(entity)\" any more"
          : "the mapping of \"\(entity)\" has been changed")
    }
    return found
  }
}
