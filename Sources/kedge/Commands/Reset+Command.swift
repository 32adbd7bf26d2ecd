extension Session {
  /// `kedge reset`
  func reset() throws -> Int32 {
    throw UsageProblem("the command reset isn't known")
  }
}
