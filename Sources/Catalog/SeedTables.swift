extension Catalog {
  /// What seeds put into which row, so that a later change by a person is seen.
  static let seedTables: [String] = []
}
