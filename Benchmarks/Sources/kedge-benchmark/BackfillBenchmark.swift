import Foundation
import ResultsPage
import SampleData

/// A backfill by the built `kedge` into the empty typed table, against its limits: the source read raw, and the very bytes of the
/// rows copied from memory into the same table; against a hand-written program of C; and then again, with nothing to do.
struct BackfillBenchmark {
  let request: Request
  let source: Request.Source
  let kind: MeasuredKind

  private var cores: Int { ProcessInfo.processInfo.activeProcessorCount }

  func run(_ recorder: Recorder) throws {
    try recorder.workload("\(source.rawValue) \(kind.rawValue)", rows: request.count(of: kind)) { workload in
      let data = try BenchmarkData(request, source: source, kind: kind)
      let servers = try ServerProcessors(request)
      let rows = try RowBytes(data.table)
      // Once unmeasured, so that every measured one finds the source's caches alike.
      _ = try drain(data)
      for run in 0..<request.runs {
        try measureLimit(data, rows, servers, workload, isFirst: run == 0)
        // Whatever comes second finds other caches, so the order alternates.
        if run % 2 == 0 { try measurePipelines(data, workload, isFirst: run == 0) }
        try measureKedge(data, servers, workload)
        if run % 2 == 1 { try measurePipelines(data, workload, isFirst: false) }
        try workload.write()
      }
      // The sections after this one find the rows that they expect.
      if try data.table.fingerprint() == data.truth { try data.table.settle() }
      try data.done()
    }
  }

  private func drain(_ data: BenchmarkData) throws -> ChildProcess {
    let read = try ChildProcess(request.pipeline(), ["drain", kind.rawValue, data.sourceURL])
    try read.expect("the raw read")
    guard read.output.hasPrefix("\(data.count) records") else {
      throw BenchmarkError("the raw read saw \(read.output)")
    }
    return read
  }

  private func measureLimit(
    _ data: BenchmarkData, _ rows: RowBytes, _ servers: ServerProcessors, _ workload: Workload, isFirst: Bool
  ) throws {
    let beforeRead = servers.now()
    let read = try drain(data)
    let readProcessor = read.processorSeconds + (servers.now() - beforeRead).mongo
    workload.add(FigureName.read, read.seconds)

    func copying(_ body: () throws -> Void) throws -> (seconds: Double, processor: Double) {
      let before = (servers.now(), ownProcessorSeconds())
      let taken = try seconds(body).0
      return (taken, (servers.now() - before.0).postgres + ownProcessorSeconds() - before.1)
    }
    try data.table.empty()
    let keyFirst = try copying { try rows.copy() }
    // The same bytes make the same rows: once is enough.
    if isFirst { try data.check("the raw COPY") }
    try data.table.empty(withoutKey: true)
    let keyAfter = try copying {
      try rows.copy()
      try data.table.addKey()
    }
    if isFirst { try data.check("the raw COPY") }
    workload.add(FigureName.copy, keyFirst.seconds)
    workload.add(FigureName.copyKeyAfter, keyAfter.seconds)
    let quicker = keyFirst.seconds < keyAfter.seconds ? keyFirst : keyAfter
    let processor = (readProcessor + quicker.processor) / Double(cores)
    workload.add(FigureName.processorLimit, processor)
    workload.add(FigureName.limit, max(read.seconds, quicker.seconds, processor))
  }

  private func measurePipelines(_ data: BenchmarkData, _ workload: Workload, isFirst: Bool) throws {
    let keyAfter = kind == .usageEvents
    // With one connection it is no target's bar, so that once tells enough.
    let bars = (isFirst ? [(FigureName.pipelineOne, 1)] : []) + [(FigureName.pipeline, max(2, cores))]
    for (name, connections) in bars {
      try data.table.empty(withoutKey: keyAfter)
      let after = keyAfter ? [data.table.keyDefinition] : []
      let load = try ChildProcess(
        request.pipeline(),
        ["load", kind.rawValue, data.sourceURL, data.target, "\(connections)"] + after)
      try load.expect("the C pipeline")
      if isFirst { try data.check("the C pipeline") }
      workload.add(name, load.seconds)
    }
  }

  private func measureKedge(_ data: BenchmarkData, _ servers: ServerProcessors, _ workload: Workload) throws {
    try data.table.drop()
    let before = servers.now()
    let move = try ChildProcess(request.kedge(), data.arguments("backfill", "--quiet", "--json", "--new"))
    let used = servers.now() - before
    try move.expect("kedge backfill")
    try data.check("the backfill")
    workload.add(FigureName.kedge, move.seconds)
    workload.add(FigureName.ownProcessor, move.processorSeconds)
    workload.add(FigureName.postgresProcessor, used.postgres)
    workload.add(FigureName.mongoProcessor, source == .mongo ? used.mongo : 0)
    workload.add(FigureName.memory, move.peakMemory, unit: "MiB")

    let raw = RawRead(source: source, sourceURL: data.sourceURL, target: data.target, name: kind.rawValue)
    workload.add(FigureName.bothSides, try seconds { try raw.run(expecting: data.count) }.0)
    let again = try ChildProcess(request.kedge(), data.arguments("backfill", "--quiet", "--json", "--new"))
    try again.expect("kedge backfill, again")
    try data.check("the second backfill")
    workload.add(FigureName.again, again.seconds)
    workload.add(FigureName.againProcessor, again.processorSeconds)
    workload.add(FigureName.againMemory, again.peakMemory, unit: "MiB")
  }
}
