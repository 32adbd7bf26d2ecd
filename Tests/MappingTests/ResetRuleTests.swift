import Mapping
import Testing

/// What a mapping may say about a factory reset.
@Suite("Rules for resets")
struct ResetRuleTests {
  private func entity(_ rule: String) throws -> Entity {
    let set = try MappingSet.parse(files: [
      ("set.yaml", "set: s\nstores: { app: { kind: mongo } }\n"),
      (
        "a.yaml",
        """
        entity: a
        owner: core
        source: { store: app, collection: a }
        key: [id]
        fields: { id: integer, email: text }
        reset: \(rule)
        """
      ),
    ])
    return try #require(set.entities.first)
  }

  private func problems(_ rule: String) -> [String] {
    do {
      _ = try entity(rule)
      return []
    } catch let error as MappingErrors {
      return error.diagnostics.map(\.message)
    } catch {
      return ["\(error)"]
    }
  }

  @Test("all keeps the entity, columns keep rows, and both read back")
  func forms() throws {
    #expect(try entity("{ keep: all }").resetKeepsAll)
    let some = try entity("{ keep: { email: [x@y, z], id: [1] } }")
    #expect(!some.resetKeepsAll)
    #expect(
      some.resetKeep == [
        KeepRule(column: "email", values: ["x@y", "z"]), KeepRule(column: "id", values: ["1"]),
      ])
    for rule in ["{ keep: all }", "{ keep: { email: [x] } }"] {
      var set = MappingSet(
        name: "s", directory: "", stores: [Store(name: "app", kind: .mongo)], entities: [try entity(rule)])
      let read = try MappingSet.parse(files: MappingWriter.files(for: set, comments: MappingComments()))
      set = read
      #expect(read.entities[0].resetKeepsAll == (rule == "{ keep: all }"))
      #expect(read.entities[0].resetKeep.count == (rule == "{ keep: all }" ? 0 : 1))
    }
  }

  @Test("another word, and a value that its column can't have, are errors")
  func errors() {
    #expect(problems("{ keep: everything }") == ["\"keep\" can't be \"everything\""])
    #expect(
      problems("{ keep: { id: [one] } }") == [
        "\"keep\" can match nothing: \"one\" can't be a value of type integer"
      ])
    #expect(problems("{ keep: { emial: [x] } }").count == 1)
  }
}
