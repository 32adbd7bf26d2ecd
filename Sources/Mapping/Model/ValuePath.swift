internal import Codec

/// Where a field stands in a source record: `email`, `profile.locale`, `addresses[0].city`, `addresses[].city`,
/// `"a.b".c` (odd names as JSON strings), `@` (the path without steps: the value itself).
public struct ValuePath: Sendable, Hashable, CustomStringConvertible {
  public enum Step: Sendable, Hashable {
    case field(String)
    /// One element of an array.
    case index(Int)
    /// Every element of an array.
    case each
  }
  public var steps: [Step]

  public init(_ steps: [Step]) { self.steps = steps }

  /// A path of one field, whatever characters its name has.
  public init(field: String) { steps = [.field(field)] }

  /// Whether it goes into the field, or the array's elements, that `other` names.
  func isInside(_ other: ValuePath, orEqual: Bool) -> Bool {
    steps.starts(with: other.steps) && (orEqual || steps.count > other.steps.count)
  }

  public var description: String {
    if steps.isEmpty { return "@" }
    var text = ""
    for step in steps {
      switch step {
      case .field(let name):
        if !text.isEmpty { text += "." }
        text += FieldName.written(name)
      case .index(let index): text += "[\(index)]"
      case .each: text += "[]"
      }
    }
    return text
  }
}
