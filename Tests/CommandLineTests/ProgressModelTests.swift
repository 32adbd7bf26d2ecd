import CommandLine
import Testing

@testable import Progress

@Suite struct ProgressModelTests {
  /// A model of two entities, twenty seconds into the first, at 1,000 records per second.
  private func underway() -> ProgressModel {
    var model = ProgressModel()
    model.expect(entity: "teams", total: 10_000)
    model.start(entity: "users", total: 50_000, now: .zero)
    for second in 1...20 {
      model.set(entity: "users", done: second * 1_000, quarantined: 0)
      model.sample(now: .seconds(second))
    }
    return model
  }

  @Test func liveLine() {
    #expect(
      underway().render(width: 120, now: .seconds(20))
        == "users (0/2)  [######..............]  33 %  20,000 of ~60,000  1,000/s  about 40 s left")
  }

  @Test func whatMattersLeastGoesFirst() {
    var model = underway()
    model.set(entity: "users", done: 20_000, quarantined: 3)
    let lines = [110, 80, 60, 45, 40, 30, 14].map { model.render(width: $0, now: .seconds(20)) }
    #expect(
      lines == [
        "users (0/2)  [######..............]  33 %  20,000 of ~60,000  1,000/s  about 40 s left  3 quarantined",
        "users (0/2)  33 %  20,000 of ~60,000  1,000/s  about 40 s left  3 quarantined",
        "users (0/2)  33 %  1,000/s  about 40 s left  3 quarantined",
        "users (0/2)  33 %  3 quarantined",
        "users (0/2)  33 %  3 quarantined",
        "users (0/2)  33 %",
        "users (0/2)  …",
      ])
  }

  @Test func neverWiderThanAsked() {
    let model = underway()
    for width in 1...130 { #expect(model.render(width: width, now: .seconds(20)).count <= width) }
  }

  @Test func plainLine() {
    #expect(
      underway().plainLine(now: .seconds(20))
        == "users (0/2), 33 %, 20,000 of ~60,000, 1,000/s, about 40 s left")
  }

  @Test func rateIsThatOfTheLastTenSeconds() {
    var model = underway()
    #expect(model.rate(now: .seconds(20)) == 1_000)
    for second in 21...30 { model.sample(now: .seconds(second)) }
    #expect(model.rate(now: .seconds(30)) == 0)
    #expect(model.timeLeft(now: .seconds(30)) == nil)
    #expect(!model.render(width: 120, now: .seconds(30)).contains("left"))
  }

  @Test func nothingIsSaidBeforeThereIsEnoughToTell() {
    var model = ProgressModel()
    #expect(model.render(width: 80, now: .zero) == "waiting  0 records")
    model.start(entity: "users", total: nil, now: .zero)
    #expect(model.render(width: 80, now: .zero) == "users  0 records")
    model.set(entity: "users", done: 7, quarantined: 1)
    #expect(model.render(width: 80, now: .milliseconds(100)) == "users  7 records  1 quarantined")
  }

  @Test func estimatesThatAreTooLowDoNotReachTheEnd() {
    var model = ProgressModel()
    model.start(entity: "users", total: 100, now: .zero)
    model.set(entity: "users", done: 250, quarantined: 0)
    #expect(model.render(width: 80, now: .zero) == "users  [###################.]  99 %  250 of ~250")
    model.finish(entity: "users", now: .seconds(1))
    #expect(model.fraction == 1)
    #expect(model.expected == 250)
  }

  @Test func estimatesThatAreTooHighEndWithTheEntity() {
    var model = ProgressModel()
    model.start(entity: "users", total: 1_000, now: .zero)
    model.set(entity: "users", done: 900, quarantined: 0)
    model.finish(entity: "users", now: .seconds(9))
    #expect(model.expected == 900)
    #expect(model.plainLine(now: .seconds(9)) == "done, 100 %, 900 records, 100/s")
  }

  @Test func manyActiveEntitiesAreCounted() {
    var model = ProgressModel()
    for name in ["a", "b", "c"] { model.start(entity: name, total: 1, now: .zero) }
    #expect(model.render(width: 40, now: .zero).hasPrefix("a and 2 more (0/3)"))
  }
}
