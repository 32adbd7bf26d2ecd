/// A value from a mapping file, with its place.
struct Located<Value: Sendable>: Sendable {
  var value: Value
  var location: SourceLocation
}
