extension Session {
  /// `kedge files`
  func files() throws -> Int32 {
    throw UsageProblem("the command files isn't known")
  }
}
