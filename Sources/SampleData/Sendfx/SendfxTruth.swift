internal import Codec

extension SendfxSample {
  /// What there is, and what becomes of it with `mappings/sendfx` on the tables of `migrations/sendfx`.
  ///
  /// It makes every entry of usage once more, so it takes as long as making them did.
  public func truth() -> [SampleCount] {
    let kinds = (0..<dirt).map { dirt($0) }
    let faults = (0..<broken).map { fault($0) }
    return SendfxCollection.allCases.flatMap { collection -> [SampleCount] in
      let dirty = kinds.filter { $0.collection == collection }
      let unfit = faults.count { $0.collection == collection }
      let place = collection.rawValue
      var counts = [
        SampleCount(place, "records", count(collection) + unfit + dirty.reduce(0) { $0 + $1.records }),
        SampleCount(place, "quarantined", unfit + dirty.count { !$0.isOrphan }),
        SampleCount(place, "orphans", dirty.count(where: \.isOrphan)),
      ]
      if collection == .openaiusages { counts += usageTruth(place) }
      return counts
    }
  }

  private func usageTruth(_ place: String) -> [SampleCount] {
    var (filtered, tokens) = (0, 0)
    for index in 0..<count(.openaiusages) {
      let document = document(.openaiusages, index)
      if document["dryRun"] != nil {
        filtered += 1
      } else {
        tokens += document["promptTokens"]?.integer ?? 0
      }
    }
    return [SampleCount(place, "filtered", filtered), SampleCount(place, "prompt_tokens", tokens)]
  }
}
