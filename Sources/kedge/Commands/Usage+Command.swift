extension Session {
  /// `kedge usage`
  func usage() throws -> Int32 {
    throw UsageProblem("the command usage isn't known")
  }
}
