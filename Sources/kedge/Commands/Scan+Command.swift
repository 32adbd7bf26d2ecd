internal import CommandLine

extension Session {
  func scan() throws -> Int32 { throw UsageProblem("pending") }
  func infer() throws -> Int32 { throw UsageProblem("pending") }
}
