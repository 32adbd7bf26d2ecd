extension Catalog {
  /// Which files were moved from one store of files to another.
  static let fileTables: [String] = []
}
