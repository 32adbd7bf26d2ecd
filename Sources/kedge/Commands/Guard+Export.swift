internal import CommandLine

extension Session {
  /// `kedge guard export`
  func guardExport() throws -> Int32 {
    throw UsageProblem("guard export comes with the next commits")
  }
}
