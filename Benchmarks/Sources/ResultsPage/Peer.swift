/// One tool, as it was measured with one workload.
struct Peer {
  let name: String
  let version: String
  let settings: String
  let note: String
  /// Into the same typed table, not one of its own making.
  let isTyped: Bool
  /// The share of the rows that it was given.
  let scale: Double
  /// For all rows: extrapolated where it was given a share.
  let seconds: Measurements
  let processor: Measurements
  /// MiB.
  let memory: Measurements
  let failure: String?

  init(_ name: String, _ results: WorkloadResults) {
    self.name = results.facts["name"] ?? name
    version = results.facts["version"] ?? ""
    settings = results.facts["settings"] ?? ""
    note = results.facts["note"] ?? ""
    isTyped = results.facts["table"] == "typed"
    scale = results.facts["scale"].flatMap(Double.init) ?? 1
    seconds = results[FigureName.seconds].times(1 / scale)
    processor = results[FigureName.processor].times(1 / scale)
    memory = results[FigureName.mostMemory]
    failure = results.failure.map(Self.shortened) ?? (results.isComplete ? nil : "it broke off")
  }

  /// Tools say a lot before they say what is wrong.
  private static func shortened(_ text: String) -> String {
    let words = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    return words.count <= 320 ? words : words.prefix(60) + " … " + words.suffix(250)
  }

  /// All of a workload, such as `mongo users`.
  static func all(_ results: Results, _ workload: String) -> [Peer] {
    results.section("peers").compactMap { name, results in
      let prefix = workload + ": "
      return name.hasPrefix(prefix) ? Peer(String(name.dropFirst(prefix.count)), results) : nil
    }
  }

  /// Of medians, for the two were measured one after the other.
  static func ratio(_ kedge: Measurements, to peer: Peer?) -> Measurements {
    guard let peer, !kedge.values.isEmpty, !peer.seconds.values.isEmpty else { return Measurements() }
    return Measurements([kedge.median / peer.seconds.median])
  }
}
