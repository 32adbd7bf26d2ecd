internal import CommandLine

extension Session {
  /// `kedge guard serve`
  func guardServe() throws -> Int32 {
    throw UsageProblem("guard serve comes with the next commits")
  }
}
