import CommandLine
import Synchronization
import Testing

@testable import Progress

/// A stream that remembers, and a clock that is set by hand.
private final class Stage: Sendable {
  let output = Mutex("")
  let clock = Mutex(Duration.zero)

  func reporter(_ mode: ProgressMode) -> ProgressReporter {
    ProgressReporter(
      mode: mode, width: { 81 }, now: { self.clock.withLock { $0 } },
      write: { text in self.output.withLock { $0 += text } })
  }

  /// What was written since the last call.
  func take() -> String {
    output.withLock { output in
      defer { output = "" }
      return output
    }
  }

  func wait(_ duration: Duration) { clock.withLock { $0 += duration } }
}

@Suite struct ProgressReporterTests {
  @Test func liveLineIsRedrawnInPlace() {
    let stage = Stage()
    let reporter = stage.reporter(.live)
    reporter.refresh()
    #expect(stage.take() == "")
    let users = reporter.start(entity: "users", total: 100)
    users.advance(by: 10)
    stage.wait(.seconds(1))
    reporter.refresh()
    let first = "users  [##..................]  10 %  10 of ~100  10/s  about 9 s left"
    #expect(stage.take() == first)
    reporter.note("Something happened.")
    #expect(stage.take() == "\r\u{1B}[KSomething happened.\n" + first)
    reporter.advance(entity: "users", by: 90, quarantined: 2)
    reporter.finish(entity: "users")
    stage.wait(.seconds(1))
    reporter.refresh()
    #expect(stage.take() == "\r\u{1B}[Kdone  [####################]  100 %  100 records  50/s  2 quarantined")
    reporter.stop()
    #expect(stage.take() == "\r\u{1B}[K")
    reporter.stop()
    #expect(!reporter.refresh())
    reporter.note("Later.")
    #expect(stage.take() == "Later.\n")
  }

  @Test func plainLinesComeEveryFiveSeconds() {
    let stage = Stage()
    let reporter = stage.reporter(.plain)
    reporter.start(entity: "users").advance(by: 10)
    for _ in 1...4 {
      stage.wait(.seconds(1))
      reporter.refresh()
    }
    #expect(stage.take() == "")
    for _ in 5...10 {
      stage.wait(.seconds(1))
      reporter.refresh()
    }
    #expect(stage.take() == "users, 10 records, 2/s\nusers, 10 records, 1/s\n")
    reporter.finish(entity: "users")
    reporter.stop()
    #expect(stage.take() == "done, 100 %, 10 records, 1/s\n")
  }

  @Test func jsonLinesAreDocuments() {
    let stage = Stage()
    let reporter = stage.reporter(.json)
    reporter.start(entity: "users", total: 20).advance(by: 10, quarantined: 1)
    stage.wait(.seconds(5))
    reporter.refresh()
    #expect(
      stage.take()
        == #"{"event":"progress","done":10,"total_estimate":20,"quarantined":1,"per_second":2,"#
        + #""seconds_left_estimate":5.0,"entities":[{"entity":"users","done":10,"total_estimate":20,"#
        + #""quarantined":1,"finished":false}]}"# + "\n")
    reporter.note("Look.")
    #expect(stage.take() == #"{"event":"note","text":"Look."}"# + "\n")
  }

  @Test func quietOnlyNotes() {
    let stage = Stage()
    let reporter = stage.reporter(.quiet)
    reporter.start(entity: "users").advance(by: 10)
    stage.wait(.seconds(60))
    reporter.refresh()
    reporter.note("Look.")
    reporter.stop()
    #expect(stage.take() == "Look.\n")
    #expect(reporter.model.done == 10)
  }

  @Test func manyThreadsCountRight() async {
    let reporter = Stage().reporter(.live)
    let users = reporter.start(entity: "users")
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1_000 {
            users.advance(by: 2, quarantined: 1)
            reporter.advance(entity: "teams", by: 1)
          }
        }
        group.addTask { for _ in 0..<50 { reporter.refresh() } }
      }
    }
    reporter.start(entity: "teams")
    #expect(reporter.model.entities.map(\.done) == [16_000, 8_000])
    #expect(reporter.model.quarantined == 8_000)
  }

  @Test func logHonoursItsLevel() {
    func lines(_ level: Log.Level) -> String {
      let stage = Stage()
      let log = Log(
        level: level, style: ANSIStyle(isEnabled: false),
        write: { text in stage.output.withLock { $0 += text + "|" } })
      log.error("e")
      log.warn("w")
      log.info("i")
      log.debug("d")
      return stage.take()
    }
    #expect(lines(.quiet) == "error: e|warning: w|")
    #expect(lines(.normal) == "error: e|warning: w|i|")
    #expect(lines(.verbose) == "error: e|warning: w|i|debug: d|")
  }
}
