import Codec
import Mapping
import Testing

@Suite("Writing mapping sets")
struct MappingWriterTests {
  private func reread(_ set: MappingSet, _ comments: MappingComments = MappingComments()) throws -> MappingSet
  {
    let files = MappingWriter.files(for: set, comments: comments)
    do {
      return try MappingSet.parse(files: files)
    } catch {
      Issue.record("\(error)\n\(files.map { "# \($0.name)\n\($0.text)" }.joined(separator: "\n"))")
      throw error
    }
  }

  @Test("a set with everything reads back, and its files are as a person would write them")
  func everything() throws {
    let set = try MappingSet.parse(files: [
      ("set.yaml", WholeLanguageTests.setFile), ("users.yaml", WholeLanguageTests.usersFile),
      ("workspaces.yaml", WholeLanguageTests.workspacesFile),
    ])
    #expect(try reread(set).withoutPlaces == set.withoutPlaces)
    let comments = MappingComments(
      set: ["Made by kedge infer."], entity: ["users": ["28 documents\nseen"]],
      field: ["users": ["name": ["3 are null"]]])
    let files = MappingWriter.files(for: set, comments: comments)
    #expect(files.map(\.name) == ["set.yaml", "users.yaml", "workspaces.yaml"])
    #expect(
      files[1].text == """
        # 28 documents
        # seen
        entity: users
        owner: core
        phase: shadow
        source: { store: app, collection: users }
        target: { table: user, schema: app }
        key: [id]
        json-text: [settings, "addresses[].geo"]
        fields:
          id: { from: _id, type: text, transforms: [text] }
          # 3 are null
          name: text
          email:
            type: text
            transforms: [trim, lower]
            required: true
            unique: true
            personal: true
            empty: quarantine
          locale: { from: [profile.locale, locale], type: varchar(16), missing: { value: en } }
          credits: { type: "numeric(12,2)", transforms: [{ cents: 2 }] }
          joined: { type: timestamptz, transforms: [{ epoch: milliseconds }] }
          born: { type: date, transforms: [{ date: "%d.%m.%Y" }] }
          plan: { type: text, transforms: [{ enum: { f: free, p: pro } }] }
          active: { type: boolean, transforms: [{ boolean: { true: ["yes", "1"], false: ["no", "0"] } }] }
          origin: { type: text, transforms: [{ constant: legacy }] }
          flags: { from: settings.flags, type: "text[]", null-element: skip, empty-element: { value: none } }
          limits: { type: "integer[]", null-element: quarantine }
          ref: { type: uuid, transforms: [{ uuid: java }] }
          workspace_id: { type: text, transforms: [text] }
        children:
          addresses:
            parent: [user_id]
            ordinal: place
            missing: quarantine
            empty: quarantine
            null-element: skip
            fields:
              city: text
              street: { from: geo.street, type: text }
              value: { from: "@", type: jsonb }
            children:
              phones:
                parent: [user_id, address]
                fields:
                  number: text
                children:
                  calls:
                    from: "log.calls[]"
                    fields:
                      at: timestamptz
              grid:
                from: "[]"
                children:
                  cells:
                    from: "[]"
                    fields:
                      cell: { from: "@", type: integer }
          tags:
            fields:
              tag: { from: "@", type: text }
        rest: extra
        unmapped: { ignore: [__v, legacy.x, "addresses[].trace"], others: reject }
        references:
          - { columns: [workspace_id], entity: workspaces, on-delete: cascade }
        filters:
          - { field: deleted, exists: false }
          - { field: status, none-of: [test, "null"] }
        quarantine: { limit: 100 }
        audit: { ignore: [updated_at], tolerance: { credits: 0.001 } }
        reset: { keep: { email: ["admin@sendfx.ai"] } }
        writers: [UserRepository]

        """)
  }

  @Test("any text reads back as itself, as a key and as a value")
  func texts() throws {
    var random = SeededGenerator(seed: 3)
    let texts =
      OddNames.special + (0..<2000).map { _ in OddNames.random(using: &random, mayBeEmpty: true) } + [
        String(repeating: "é", count: 3000)
      ]
    for text in texts {
      var pairs = [EnumPair(from: text, to: text)]
      if text != "x" { pairs.append(EnumPair(from: "x", to: "y")) }
      let nowhere = SourceLocation(file: "", line: 0, column: 0)
      var fields = [
        Field(
          paths: [ValuePath(field: text)], column: "id", location: nowhere, type: .text, missing: .quarantine,
          null: .quarantine)
      ]
      fields.append(
        Field(
          paths: [ValuePath(field: "e")], column: "e", location: nowhere, type: .text,
          transforms: [.enumMap(pairs)], missing: .value(text)))
      fields.append(
        Field(paths: [], column: "c", location: nowhere, type: .text, transforms: [.constant(text)]))
      let entity = Entity(
        name: "e", location: nowhere, owner: .core, store: "app", collection: "c",
        table: TableName(schema: "core", name: "e"), key: ["id"], fields: fields,
        filters: [Filter(path: ValuePath(field: text), test: .oneOf([text]), location: nowhere)],
        writers: text.isEmpty ? [] : [text])
      let set = MappingSet(
        name: "s", directory: "", stores: [Store(name: "app", kind: .mongo)], entities: [entity])
      let again = try reread(
        set, MappingComments(set: [text], entity: ["e": [text]], field: ["e": ["e": [text, "#"]]]))
      #expect(again.withoutPlaces == set, "\(text.debugDescription)")
      let bytes = again.entities[0].writers.map { Array($0.utf8) }
      #expect(bytes == (text.isEmpty ? [] : [Array(text.utf8)]), "\(text.debugDescription)")
    }
  }

  @Test("random sets read back equal", arguments: 0..<150)
  func randomSets(_ seed: Int) throws {
    var maker = RandomSet(seed: UInt64(seed))
    let set = maker.make()
    var again = try reread(set).withoutPlaces
    again.entities.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    #expect(again == set)
  }
}
