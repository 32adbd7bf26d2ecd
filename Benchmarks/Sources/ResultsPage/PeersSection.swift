/// The part of the page about other tools.
enum PeersSection {
  static func page(_ results: Results) -> String? {
    let names = results.section("peers").map(\.name)
    guard !names.isEmpty else { return nil }
    var text = """
      ## Peers

      Other tools on the same data, servers and run, each with the best settings that its documentation names, as `Benchmarks/peers` has them. \
      "Typed" is the very table that Kedge fills, and its contents are compared; "own" is a table that the tool makes itself, of which rows and a sum are checked. \
      Seconds are of the whole process tree; "≈" is extrapolated from the share of the rows that it was given.

      """
    text += "\n" + Section.command("peers", results.section("peers").first?.results) + "\n"
    var seen: [String] = []
    for name in names {
      let workload = String(name.prefix { $0 != ":" })
      if !seen.contains(workload) { seen.append(workload) }
    }
    for workload in seen { text += "\n" + table(results, workload) }
    return text
  }

  private static func table(_ results: Results, _ workload: String) -> String {
    let peers = Peer.all(results, workload).sorted {
      // Those that couldn't run come last.
      ($0.seconds.values.isEmpty ? .infinity : $0.seconds.median)
        < ($1.seconds.values.isEmpty ? .infinity : $1.seconds.median)
    }
    let kedge = workload.hasPrefix("audit") ? nil : peers.first { $0.name == "kedge" }?.seconds.median
    var rows = [
      ["", "table", "s", "times kedge's", "processor time, s", "most memory, MiB", "version, settings"]
    ]
    for peer in peers {
      let about = [peer.version, peer.settings, peer.note].filter { !$0.isEmpty }.joined(separator: "; ")
      guard !peer.seconds.values.isEmpty else {
        rows.append([
          peer.name, "", "–", "", "", "", "did not run: " + (peer.failure ?? "no reason was given"),
        ])
        continue
      }
      let mark = peer.scale == 1 ? "" : "≈ "
      rows.append([
        peer.name == "kedge" ? "**kedge**" : peer.name, peer.isTyped ? "typed" : "own",
        mark + peer.seconds.text, kedge.map { Measurements.number(peer.seconds.median / $0) } ?? "",
        mark + peer.processor.text, peer.memory.text,
        peer.failure.map { about + "; **failed**: " + $0 } ?? about,
      ])
    }
    return "### \(workload)\n\n" + MarkdownTable.text(rows)
  }
}
