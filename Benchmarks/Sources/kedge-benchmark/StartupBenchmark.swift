import ResultsPage

/// How long a program takes that only says how to use it.
struct StartupBenchmark {
  let request: Request

  func run(_ recorder: Recorder) throws {
    try recorder.workload("kedge --help") { workload in
      for index in 0..<45 {
        let help = try ChildProcess(request.kedge(), ["--help"])
        try help.expect("kedge --help")
        // The first few find its file not yet in memory.
        guard index >= 5 else { continue }
        workload.add(FigureName.seconds, help.seconds)
        workload.add(FigureName.processor, help.processorSeconds)
      }
    }
  }
}
