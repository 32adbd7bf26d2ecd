import Foundation
import Glibc
import TestSupport
import Testing

/// `pause`, `resume`, `rate` and `status` from another terminal.
@Suite("Steering a run")
struct PauseTests {
  @Test("a paused run reads nothing and holds nothing open, and goes on", .timeLimit(.minutes(10)))
  func pauses() throws {
    let scene = try SteeredScene()
    let running = try scene.start("--rate", "400")
    try scene.waitForChunks(1, running)
    let paused = try scene.kedge("pause", "--json").json()
    #expect(paused["run"] as? Int == 1 && paused["paused"] as? Bool == true && paused["rate"] as? Int == 400)
    #expect(paused["members"] as? Int == 1 && paused["changed"] as? Bool == true)
    try scene.waitForStandstill("paused")
    let before = try scene.standing()
    try scene.waitForBeats(3)
    #expect(try scene.standing() == before)
    #expect(running.isRunning)

    let current = try #require(try scene.current())
    #expect(current["paused"] as? Bool == true && current["state"] as? String == "running")
    #expect(current["rate"] as? Int == 400)
    let chunks = try #require(current["chunks"] as? [String: Int])
    #expect(chunks["leased"] == 0 && chunks["done"] ?? 0 >= 1 && (chunks["open"] ?? 0) >= 0)
    let members = try #require(current["members"] as? [[String: Any]])
    #expect(members.count == 1)
    #expect(members[0]["workers"] as? Int == 2 && members[0]["state"] as? String == "held")
    #expect(members[0]["hold"] as? String == "paused; go on with: kedge resume")
    #expect(members[0]["host"] as? String == ProcessInfo.processInfo.hostName)
    #expect(members[0]["is_heard"] as? Bool == true && members[0]["last_heard_seconds"] is Double)
    let text = try scene.kedge("status").output
    #expect(text.contains("run 1: paused, at most 400 records per second, "), "\(text)")
    #expect(text.contains("paused; go on with: kedge resume"), "\(text)")

    #expect(try scene.kedge("pause").output == "run 1 is paused already\n")
    #expect(
      try scene.kedge("rate", "off").output.hasPrefix(
        "run 1 reads as fast as it goes: its process hears of it"))
    #expect(try scene.target.rows("SELECT wish, rate FROM kedge.runs") == ["pause | ∅"])
    let resumed = try scene.kedge("resume", "1")
    #expect(resumed.code == 0 && resumed.output.hasPrefix("run 1 goes on"), "\(resumed)")
    let outcome = try running.finish()
    try scene.expectWhole(outcome)
    #expect(outcome.errors.components(separatedBy: "paused; go on with").count == 2, "\(outcome.errors)")
    #expect(outcome.errors.contains("going on"), "\(outcome.errors)")
    #expect(try scene.current() == nil)
  }

  @Test("Ctrl-C ends a paused run with 130; the pause outlasts it", .timeLimit(.minutes(10)))
  func interrupted() throws {
    let scene = try SteeredScene()
    let running = try scene.start("--rate", "400")
    try scene.waitForChunks(1, running)
    #expect(try scene.kedge("pause").code == 0)
    try scene.waitForStandstill("paused")
    running.send(SIGINT)
    let outcome = try running.finish()
    #expect(outcome.code == 130, "\(outcome.errors)")
    #expect(try scene.target.rows("SELECT state, wish FROM kedge.runs") == ["interrupted | pause"])
    // Nobody is there to pause or to be slower; the number says what it is about.
    let refused = try scene.kedge("pause")
    #expect(
      refused.code == 1 && refused.errors.contains("run 1, isn't finished, but no process works on it"),
      "\(refused)")
    #expect(try scene.kedge("rate", "5", "1").errors.contains("no process works on run 1 right now"))

    let before = try scene.standing()
    let again = try scene.start()
    try scene.waitForStandstill("paused")
    try scene.waitForBeats(3)
    #expect(try scene.standing() == before)
    #expect(try scene.kedge("resume").code == 0)
    try scene.expectWhole(try again.finish())
  }

  @Test(
    "the rate belongs to the run: who joins may name another, who goes on alone begins anew",
    .timeLimit(.minutes(10)))
  func rate() throws {
    let scene = try SteeredScene()
    func rate() throws -> [String] {
      try scene.target.rows("SELECT rate FROM kedge.runs WHERE state = 'running'")
    }
    let first = try scene.start("--rate", "300")
    try scene.waitForChunks(1, first)
    #expect(try rate() == ["300"])
    func members(_ count: Int) throws {
      try waitUntil("\(count) members") {
        try scene.target.value("SELECT count(*) FROM kedge.members WHERE state = 'working'") == "\(count)"
      }
    }
    let second = try scene.start()
    try members(2)
    #expect(try rate() == ["300"])
    let third = try scene.start("--rate", "200")
    try members(3)
    #expect(try rate() == ["200"])
    let changed = try scene.kedge("rate", "100", "--json").json()
    #expect(changed["rate"] as? Int == 100 && changed["members"] as? Int == 3)
    #expect(try rate() == ["100"])
    for running in [first, second, third] { running.send(SIGINT) }
    for running in [first, second, third] { #expect(try running.finish().code == 130) }
    try scene.expectWhole(try scene.start().finish())
    #expect(try scene.target.rows("SELECT rate FROM kedge.runs") == ["∅"])
  }

  @Test("what can't be steered is said")
  func refusals() throws {
    let scene = try SteeredScene()
    for command in ["pause", "resume"] {
      let outcome = try scene.kedge(command)
      #expect(outcome.code == 1)
      #expect(
        outcome.errors.contains("no run of the mapping set \"rows\" is at work in this target."),
        "\(outcome.errors)")
    }
    #expect(try scene.kedge("backfill", "--limit", "1").code == 0)
    let ended = try scene.kedge("pause", "--json")
    #expect(ended.code == 1)
    #expect(try ended.json()["ok"] as? Bool == false)
    #expect(ended.errors.contains("its latest, run 1, is done"), "\(ended.errors)")
    #expect(try scene.kedge("resume", "1").errors.contains("run 1 has ended: it is done"))
    #expect(
      try scene.kedge("pause", "7").errors.contains("this target knows no backfill 7; its latest are 1"))
    for rate in ["0", "-1", "many", "1.5", "OFF"] {
      let outcome = try scene.kedge("rate", "--", rate)
      #expect(outcome.code == 2, "\(rate): \(outcome)")
    }
    for wrong in [
      ["--between", "1:00-5:00"], ["--between", "05:00-05:00"], ["--between", "night"], ["--max-lag", "30"],
      ["--max-lag", "0s"], ["--max-latency", "quick"], ["--max-checkpoints", "0"], ["--source-cursors", "0"],
      ["--read-preference", "secondry"], ["--read-concern", "majorty"],
    ] {
      let outcome = try Program.kedge.run(scene.scene.arguments("backfill") + wrong)
      #expect(outcome.code == 2, "\(wrong): \(outcome)")
      #expect(outcome.errors.contains(wrong[0]), "\(outcome.errors)")
    }
  }
}
