extension SendfxSample {
  /// A flow, a draft of one, or a template: they share a shape. A draft that was never published has no template.
  func flow(
    _ collection: SendfxCollection, _ index: Int, _ document: inout DocumentBuilder,
    _ random: inout SplitMix64
  ) {
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    document.identifier("userId", anyIdentifier(.users, &random))
    if collection == .flowdrafts, random.chance(60) {
      document.identifier("templateId", anyIdentifier(.flowtemplates, &random))
    }
    document.text("name", Vocabulary.text(words: random.within(1...5), &random))
    document.text("status", random.pick(["draft", "published", "paused"]))
    let nodes = random.within(1...9)
    document.array("nodes", 0..<nodes) { array, name, place in
      array.nested(name) { node in
        node.text("id", "n\(place)")
        node.text("kind", random.pick(["message", "question", "condition", "delay", "assistant"]))
        node.nested("position") { position in
          position.double("x", Double(random.within(0...20_000)) / 8)
          position.int32("y", random.within(0...3000))
        }
        node.text("text", Vocabulary.text(words: random.skewed(40), &random))
      }
    }
    document.array("edges", 1..<max(1, nodes)) { array, name, place in
      array.nested(name) { edge in
        edge.text("from", "n\(place - 1)")
        edge.text("to", "n\(place)")
      }
    }
    stamps(collection, index, &document, &random)
  }

  func automationTemplate(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    // Those that sendfx ships belong to nobody.
    if random.chance(50) { document.identifier("workspaceId", anyIdentifier(.workspaces, &random)) }
    document.text("title", Vocabulary.text(words: random.within(2...6), &random))
    document.text("category", random.pick(["sales", "support", "marketing"]))
    document.texts("channels", ["whatsapp", "instagram", "web"].filter { _ in random.chance(50) })
    stamps(.automationtemplates, index, &document, &random)
  }

  func conversation(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    let start = created(.conversations, index)
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    if random.chance(70) { document.identifier("assignedUserId", anyIdentifier(.users, &random)) }
    document.nested("contact") { contact in
      contact.text("name", Vocabulary.personName(&random))
      contact.text("channel", random.pick(["whatsapp", "instagram", "web"]))
    }
    document.array("messages", 0..<random.skewed(30)) { array, name, place in
      array.nested(name) { message in
        message.text("from", place % 2 == 0 ? "contact" : random.pick(["agent", "assistant"]))
        message.text("body", Vocabulary.text(words: random.skewed(80), &random))
        message.date("at", start.later(by: place * 60_000 + random.below(50_000)))
      }
    }
    stamps(.conversations, index, &document, &random)
  }

  func knowledge(_ index: Int, _ document: inout DocumentBuilder, _ random: inout SplitMix64) {
    document.identifier("workspaceId", anyIdentifier(.workspaces, &random))
    document.identifier("userId", anyIdentifier(.users, &random))
    document.text("title", Vocabulary.text(words: random.within(2...8), &random))
    document.text("content", Vocabulary.text(words: random.within(50...1200), &random))
    document.array("embedding", 0..<16) { $0.double($1, Double($2 - 8) / 16) }
    stamps(.knowledges, index, &document, &random)
  }

  func globalSettings(_ document: inout DocumentBuilder) {
    document.text("key", "global")
    document.nested("theme") { $0.text("accent", "#5b8def") }
    document.texts("menu", ["inbox", "flows", "contacts", "billing"])
    document.date("updatedAt", Moment.opening)
  }

  func adminLogSettings(_ document: inout DocumentBuilder) {
    document.text("key", "global")
    document.text("level", "warn")
    document.int32("retentionDays", 90)
    document.date("updatedAt", Moment.opening)
  }
}
