internal import CommandLine

extension Session {
  /// `kedge guard report`
  func guardReport() throws -> Int32 {
    throw UsageProblem("guard report comes with the next commits")
  }
}
