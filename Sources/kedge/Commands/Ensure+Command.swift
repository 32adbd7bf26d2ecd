extension Session {
  /// `kedge ensure`
  func ensure() throws -> Int32 {
    throw UsageProblem("the command ensure isn't known")
  }
}
