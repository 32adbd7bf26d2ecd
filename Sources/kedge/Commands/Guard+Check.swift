internal import CommandLine

extension Session {
  /// `kedge guard check`
  func guardCheck() throws -> Int32 {
    throw UsageProblem("guard check comes with the next commits")
  }
  /// `kedge guard explain`
  func guardExplain() throws -> Int32 {
    throw UsageProblem("guard explain comes with the next commits")
  }
}
