/// What speed is asked for, and how the results tell whether it is there.
struct Target {
  /// A name of one word or two, by which its explanation is found.
  let name: String
  /// What is asked for.
  let words: String
  let bound: Bound
  /// What was measured, for each workload.
  let measured: @Sendable (Results) -> [Measured]

  enum Bound {
    case atMost(Double)
    case atLeast(Double)
    case below(Double)

    func holds(_ value: Double) -> Bool {
      switch self {
      case .atMost(let bound): value <= bound
      case .atLeast(let bound): value >= bound
      case .below(let bound): value < bound
      }
    }
  }

  struct Measured {
    let workload: String
    /// Judged by its median.
    let values: Measurements
    /// What can't be said with a number alone.
    var note = ""
  }
}

extension Target {
  static let workloads = ["mongo users", "mongo usage_events", "sqlite users", "sqlite usage_events"]

  /// A ratio of two figures of one section, for each workload.
  private static func ratio(_ section: String, _ one: String, _ other: String)
    -> @Sendable (Results) -> [Measured]
  {
    { results in
      workloads.map {
        .init(workload: $0, values: results[section, $0][one].ratios(to: results[section, $0][other]))
      }
    }
  }

  static let all: [Target] = [
    Target(
      name: "backfill", words: "Backfill into the empty typed table with its key, against the limit",
      bound: .atMost(1.15), measured: ratio("backfill", FigureName.kedge, FigureName.limit)),
    Target(
      name: "pipeline", words: "Backfill with several connections, against the C pipeline with as many",
      bound: .atMost(1.15), measured: ratio("backfill", FigureName.kedge, FigureName.pipeline)),
    Target(
      name: "upsert", words: "Upsert into a full table, a tenth changed, against COPY to staging and merge",
      bound: .atMost(1.3), measured: ratio("upsert", FigureName.kedgeTenth, FigureName.rawTenth)),
    Target(
      name: "upsert", words: "Upsert into a full table, all changed, against COPY to staging and merge",
      bound: .atMost(1.3), measured: ratio("upsert", FigureName.kedgeAll, FigureName.rawAll)),
    Target(
      name: "rerun", words: "Backfill again with nothing changed, against reading both sides",
      bound: .atMost(1.3), measured: ratio("backfill", FigureName.again, FigureName.bothSides)),
    Target(
      name: "audit", words: "Full audit, against reading both sides",
      bound: .atMost(1.2), measured: ratio("audit", FigureName.kedge, FigureName.bothSides)),
    Target(
      name: "reladiff", words: "Full audit, against reladiff of two tables in PostgreSQL", bound: .below(1),
      measured: { results in
        workloads.map { workload in
          let kind = workload.split(separator: " ")[1]
          let peer = Peer.all(results, "audit \(kind)").first { $0.name == "reladiff" }
          return .init(
            workload: workload, values: Peer.ratio(results["audit", workload][FigureName.kedge], to: peer))
        }
      }),
    Target(
      name: "mongo peers", words: "From MongoDB: times faster than the fastest peer", bound: .atLeast(6),
      measured: { fastest($0, "mongo", among: { _ in true }) }),
    Target(
      name: "sqlite peers",
      words: "From SQLite: times faster than the fastest peer into the same typed table",
      bound: .atLeast(1), measured: { fastest($0, "sqlite", among: \.isTyped) }),
    Target(
      name: "pgloader", words: "From SQLite: times faster than pgloader", bound: .atLeast(2),
      measured: { fastest($0, "sqlite", among: { $0.name == "pgloader" }) }),
    Target(
      name: "memory", words: "Most memory, MiB", bound: .below(64), measured: memory),
    Target(
      name: "processor", words: "Kedge's own share of all processor time of a backfill", bound: .below(0.25),
      measured: { results in
        workloads.map { workload in
          let figures = results["backfill", workload]
          let own = figures[FigureName.ownProcessor]
          let all = own.plus(figures[FigureName.postgresProcessor]).plus(figures[FigureName.mongoProcessor])
          return .init(workload: workload, values: own.ratios(to: all))
        }
      }),
    Target(
      name: "startup", words: "Start of `kedge --help`, milliseconds", bound: .below(30),
      measured: {
        [
          .init(
            workload: "kedge --help", values: $0["startup", "kedge --help"][FigureName.seconds].times(1000))
        ]
      }),
    Target(
      name: "guard", words: "A guardrail's check, nanoseconds (p50)", bound: .below(50),
      measured: { guardChecks($0, FigureName.median) }),
    Target(
      name: "guard", words: "A guardrail's check, allocations", bound: .atMost(0),
      measured: { guardChecks($0, FigureName.allocations) }),
    Target(
      name: "scaling",
      words:
        "Time for each further record, from the middle to the largest size against from the smallest to the middle one",
      bound: .atMost(1.05), measured: scaling),
  ]

  /// How much quicker Kedge is than the quickest of a kind of peers.
  private static func fastest(_ results: Results, _ source: String, among isMeant: (Peer) -> Bool)
    -> [Measured]
  {
    workloads.filter { $0.hasPrefix(source) }.map { workload in
      let kedge = results["peers", "\(workload): kedge"][FigureName.seconds]
      let others = Peer.all(results, workload).filter { peer in
        isMeant(peer) && peer.name != "kedge" && peer.failure == nil && !peer.seconds.values.isEmpty
      }
      guard let peer = others.min(by: { $0.seconds.median < $1.seconds.median }), !kedge.values.isEmpty else {
        return Measured(workload: workload, values: Measurements())
      }
      let note = "the fastest: " + peer.name + (peer.scale == 1 ? "" : ", extrapolated")
      return Measured(
        workload: workload, values: Measurements([peer.seconds.median / kedge.median]), note: note)
    }
  }

  private static func memory(_ results: Results) -> [Measured] {
    ["backfill", "upsert", "audit", "scaling"].map { section in
      var peaks: [Double] = []
      for workload in results.section(section) {
        for (name, figure) in workload.results.figures where name.contains("most memory") {
          peaks += figure.values
        }
      }
      return Measured(workload: section, values: Measurements(peaks.max().map { [$0] } ?? []))
    }
  }

  private static func guardChecks(_ results: Results, _ name: String) -> [Measured] {
    ["decide, by handles", "authorize, by handles", "authorize, by names"].map {
      .init(workload: $0, values: results["guard", $0][name])
    }
  }

  private static func scaling(_ results: Results) -> [Measured] {
    results.section("scaling").map { workload in
      let sizes = workload.results.figures.keys.compactMap { name in
        name.hasSuffix(" records") ? Int(name.dropLast(" records".count)) : nil
      }.sorted()
      guard sizes.count == 3 else { return Measured(workload: workload.name, values: Measurements()) }
      guard let growth = growth(of: sizes, { workload.results[FigureName.scaling($0).seconds].median })
      else { return Measured(workload: workload.name, values: Measurements()) }
      let bare = self.growth(of: sizes) { workload.results[FigureName.scaling($0).raw].median }
      return Measured(
        workload: workload.name, values: Measurements([growth]),
        note: bare.map { "COPY and key from memory: \(Measurements([$0]).text)" } ?? "")
    }
  }

  /// How much more each further record takes above the middle of three sizes than below it; nil for times that drown in noise.
  private static func growth(of sizes: [Int], _ time: (Int) -> Double) -> Double? {
    let times = sizes.map(time)
    let slopes = [0, 1].map { (index: Int) -> Double in
      (times[index + 1] - times[index]) / Double(sizes[index + 1] - sizes[index])
    }
    return slopes[0] > 0 && slopes[1] > 0 ? slopes[1] / slopes[0] : nil
  }
}
