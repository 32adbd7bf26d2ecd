import Testing

/// Expects two lists to be alike, and shows both when they aren't (`#expect` shows no values of a `try` expression).
func expectEqual<T: Equatable>(
  _ found: T, _ expected: T, sourceLocation: Testing.SourceLocation = #_sourceLocation
) {
  #expect(found == expected, sourceLocation: sourceLocation)
}
