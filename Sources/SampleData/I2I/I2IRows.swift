extension I2ISample {
  /// A user. Number 0 is the administrator whom a factory reset keeps; every fourth is on the whitelist.
  func user(_ index: Int, _ random: inout SplitMix64) -> [String?] {
    let created = Moment.creation(index, of: count(.users))
    let address = index == 0 ? "admin@i2i.example" : Vocabulary.mailAddress(index, &random)
    let login = random.chance(70) ? created.later(by: random.below(80_000_000)) : nil
    return [
      identifier(.users, index), address, "$2b$12$" + random.token(53),
      random.chance(85) ? Vocabulary.personName(&random) : nil, index == 0 ? "admin" : "user",
      index % 4 == 0 ? "t" : "f", login?.isoText, created.isoText, (login ?? created).isoText,
    ]
  }

  /// An uploaded picture. It belongs to whoever the number says, so that its jobs and results know their owner, too.
  func original(_ index: Int, _ random: inout SplitMix64) -> [String?] {
    let created = createdOriginal(index)
    let status =
      index < readyCount ? "ready" : (index - readyCount).isMultiple(of: 2) ? "uploading" : "failed"
    let type = random.pick(["image/jpeg", "image/jpeg", "image/png", "image/heic", "image/webp"])
    let size = status == "ready" ? (random.within(320...6000), random.within(320...6000)) : nil
    let key = "originals/\(random.hex(2))/\(random.hex(24))-\(index)"
    return [
      identifier(.images, index), identifier(.users, owner(ofOriginal: index)), "original", key,
      "https://blobs.i2i.example/\(key)",
      random.chance(80) ? "\(random.pick(Vocabulary.words)) \(random.below(9999)).\(type.dropFirst(6))" : nil,
      status == "ready" ? "\(random.within(20_000...12_000_000))" : "0", type, size.map { "\($0.0)" },
      size.map { "\($0.1)" }, status, created.isoText, created.later(by: random.below(90_000)).isoText,
    ]
  }

  /// The picture that a completed job has made.
  func result(ofCompleted rank: Int, _ index: Int, _ random: inout SplitMix64) -> [String?] {
    let job = completedJob(rank)
    let made = times(ofJob: job).ended
    let key = "results/\(random.hex(2))/\(random.hex(24))-\(index)"
    let size = random.pick([(768, 1024), (1024, 1536), (1536, 2048)])
    return [
      identifier(.images, index), identifier(.users, owner(ofOriginal: original(ofJob: job))), "result", key,
      "https://blobs.i2i.example/\(key)", nil, "\(random.within(200_000...8_000_000))",
      random.pick(["image/png", "image/webp"]), "\(size.0)", "\(size.1)", "ready", made.isoText, made.isoText,
    ]
  }

  /// A job, in any state.
  func job(_ index: Int, _ random: inout SplitMix64) -> [String?] {
    let status = I2IJobStatus.of(index)
    let times = times(ofJob: index)
    let original = original(ofJob: index)
    let isTaken = status != .pending && status != .canceled
    let isOver = status != .pending && status != .processing
    let result =
      status == .completed
      ? identifier(.images, originalCount + I2IJobStatus.completed.count(among: index)) : nil
    return [
      identifier(.processingJobs, index), identifier(.users, owner(ofOriginal: original)),
      random.pick(["mannequin-to-human-v1", "mannequin-to-human-v2", "mannequin-to-human-v2"]),
      parameters(&random), isTaken ? "run_\(random.hex(16))_\(index)" : nil, status.rawValue,
      identifier(.images, original), result,
      status == .failed
        ? random.pick(["the service answered 503: “overloaded”", "out of memory\ttile 4\n"]) : nil,
      isTaken ? times.started.isoText : nil, isOver ? times.ended.isoText : nil, times.created.isoText,
      (isOver ? times.ended : times.created).isoText,
    ]
  }

  private func parameters(_ random: inout SplitMix64) -> String {
    """
    {"seed": \(random.below(2_000_000_000)), "steps": \(random.within(20...40)), "denoise": 0.\(random.within(40...90)), \
    "prompt": "caf\\u00e9 “\(random.pick(Vocabulary.cities))”", "gender": "\(random.pick(["auto", "female", "male"]))"}
    """
  }

  // MARK: How rows hang together

  private func owner(ofOriginal index: Int) -> Int {
    var random = SplitMix64(seed: seed, collection: "i2i.owner", index: index)
    return random.below(count(.users))
  }

  /// Jobs take the pictures that arrived in turn; some pictures get a second job and a third.
  private func original(ofJob index: Int) -> Int { index % readyCount }

  private func createdOriginal(_ index: Int) -> Moment { Moment.creation(index, of: originalCount) }

  /// The job that is the `rank`th completed one, from 0.
  private func completedJob(_ rank: Int) -> Int {
    let places = I2IJobStatus.turn.indices.filter { I2IJobStatus.turn[$0] == .completed }
    return rank / places.count * I2IJobStatus.turn.count + places[rank % places.count]
  }

  private func times(ofJob index: Int) -> (created: Moment, started: Moment, ended: Moment) {
    var random = SplitMix64(seed: seed, collection: "i2i.times", index: index)
    let wait = 60_000 + index / readyCount * 7_200_000 + random.below(3_600_000)
    let created = createdOriginal(original(ofJob: index)).later(by: wait)
    let started = created.later(by: random.within(200...20_000))
    return (created, started, started.later(by: random.within(4_000...180_000)))
  }
}
