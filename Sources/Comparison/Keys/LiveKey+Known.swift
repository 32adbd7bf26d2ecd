extension LiveKey {
  /// What is known of a table's key without asking a server.
  ///
  /// - Parameters:
  ///   - bytewise: columns that sort by their bytes.
  ///   - folding: columns whose collation takes different texts for one.
  public init(bytewise: Set<String>, folding: Set<String> = []) {
    self.bytewise = bytewise
    self.folding = folding
  }
}
