internal import CommandLine

extension Session {
  /// `kedge guard install`
  func guardInstall() throws -> Int32 {
    throw UsageProblem("guard install comes with the next commits")
  }
  /// `kedge guard uninstall`
  func guardUninstall() throws -> Int32 {
    throw UsageProblem("guard uninstall comes with the next commits")
  }
  /// `kedge guard status`
  func guardStatus() throws -> Int32 {
    throw UsageProblem("guard status comes with the next commits")
  }
  /// `kedge guard diff`
  func guardDiff() throws -> Int32 {
    throw UsageProblem("guard diff comes with the next commits")
  }
}
