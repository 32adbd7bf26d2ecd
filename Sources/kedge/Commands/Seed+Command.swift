extension Session {
  /// `kedge seed`
  func seed() throws -> Int32 {
    throw UsageProblem("the command seed isn't known")
  }
}
