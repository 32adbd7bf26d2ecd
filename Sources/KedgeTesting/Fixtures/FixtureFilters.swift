internal import Codec
internal import Mapping

/// Makes records meet the filters of their entity, so that they move.
enum FixtureFilters {
  static func apply(
    _ filters: [Filter], to root: inout FixtureNode, entity: Entity, random: inout FixtureRandom
  ) throws {
    for filter in filters {
      let steps = filter.path.steps[...]
      switch filter.test {
      case .exists(false): root.remove(steps)
      case .exists(true):
        if root.node(at: steps) == nil { root.put(.leaf(.bool(true)), at: steps) }
      case .oneOf(let texts):
        if case .leaf(let value)? = root.node(at: steps), let text = text(value), texts.contains(text) {
          continue
        }
        guard let text = random.element(texts) else { continue }
        root.put(.leaf(.string(text)), at: steps)
      case .noneOf(let texts):
        guard case .leaf(let value)? = root.node(at: steps), let text = text(value), texts.contains(text)
        else {
          continue
        }
        throw FixtureError(
          "\(entity.name).\(filter.path) came out as \"\(text)\", which a filter leaves out. Give values for its column."
        )
      }
    }
  }

  private static func text(_ value: BSONValue) -> String? {
    switch value {
    case .string(let text): text
    case .int32(let number): "\(number)"
    case .int64(let number): "\(number)"
    case .bool(let truth): truth ? "true" : "false"
    default: nil
    }
  }
}
