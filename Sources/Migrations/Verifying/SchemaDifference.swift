/// An object that isn't alike in the live database and in one that the migrations alone made.
public struct SchemaDifference: Sendable, Equatable, CustomStringConvertible {
  /// Its kind and name: `column public.users.email`.
  public let object: String
  /// What the migrations make; nil if they make no such object.
  public let expected: String?
  /// What the live database has; nil if it has no such object.
  public let found: String?

  /// One line.
  public var description: String {
    switch (expected, found) {
    case (nil, _): "extra: \(object) is in the live database, and no migration makes it"
    case (_, nil): "missing: \(object) isn't in the live database, and the migrations make it"
    case (let expected?, let found?):
      "different: \(object) is \"\(found)\", and the migrations make it \"\(expected)\""
    }
  }

  /// What differs, by name. A schema in which the migrations make nothing isn't theirs, and is left out.
  static func between(expected: SchemaSnapshot, live: SchemaSnapshot, liveSchemaOf: (String) -> String?)
    -> [SchemaDifference]
  {
    Set(expected.objects.keys).union(live.objects.keys).sorted().compactMap { object in
      let (wanted, found) = (expected.objects[object], live.objects[object])
      guard wanted != found else { return nil }
      if wanted == nil, let schema = liveSchemaOf(object), !expected.schemas.contains(schema) { return nil }
      return SchemaDifference(object: object, expected: wanted, found: found)
    }
  }
}
