extension Catalog {
  /// How far a factory reset came.
  static let resetTables: [String] = []
}
