extension SendfxSample {
  func usageCounter(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.usagecounters, index)
    let created = created(.usagecounters, index)
    let metric = random.pick([
      old ? "msgs" : "messages", "contacts", "ai_tokens", "storage_bytes", "flow_runs",
    ])
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    document.text("metric", metric)
    document.text("period", created.monthText)
    let count = metric == "storage_bytes" ? random.below(90_000_000_000) : random.skewed(2_000_000)
    looseNumber("count", count, &document, &random)
    switch random.below(3) {
    case 0: document.null("limit")
    case 1: looseNumber("limit", random.pick([1000, 10_000, 5_000_000_000]), &document, &random)
    default: break
    }
    if random.chance(90) {
      looseNumber("resetAt", Int(created.milliseconds / 1000) + 2_592_000, &document, &random)
    }
    stamps(.usagecounters, index, &document, &random)
  }

  func languageModelUsage(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let old = isOld(.openaiusages, index)
    let prompt = random.skewed(12_000)
    let completion = random.skewed(4000)
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    switch random.below(10) {
    case 0: document.null("userId")
    case 1: break
    default: document.identifier("userId", anyIdentifier(.users, &random))
    }
    document.text(old ? "source" : "writer", random.pick(["reply", "reply", "agent", "assistant"]))
    document.text("model", random.pick(Vocabulary.languageModels))
    looseNumber("promptTokens", prompt, &document, &random)
    document.int32("completionTokens", completion)
    if !old { looseNumber("totalTokens", prompt + completion, &document, &random) }
    let cached = random.chance(8)
    let millionths = prompt * 5 + completion * 15
    if cached {
      document.int32("estimatedCost", 0)
    } else if old {
      document.double("estimatedCost", Double(millionths) / 1_000_000)
    } else {
      document.decimal("estimatedCost", millionths, exponent: -6)
    }
    if random.chance(50) {
      document.double("latencyMs", Double(random.within(2000...900_000)) / 128)
    } else {
      document.int32("latencyMs", random.within(20...9000))
    }
    if cached || random.chance(40) { document.bool("cached", cached) }
    if random.chance(70) { document.text("requestId", "req_\(random.hex(24))") }
    if random.chance(35) {
      document.nested("meta") { meta in
        meta.double("temperature", Double(random.below(20)) / 10)
        meta.text("finishReason", random.pick(["stop", "length", "tool_calls"]))
        if random.chance(30) { meta.texts("stop", ["\n\n", "END"]) }
      }
    }
    // The prompt editor's preview: a declared filter leaves these out.
    if random.below(200) == 0 { document.bool("dryRun", true) }
    document.date("createdAt", created(.openaiusages, index))
    document.int32("__v", 0)
  }
}
