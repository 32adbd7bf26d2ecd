import Mapping
import Testing

@Suite("Ten mistakes")
struct TenMistakesTests {
  static let set = """
    set: shop
    stores:
      app: { kind: mongo, environment: [MONGODB_URI], url: "mongodb://root:hunter2@db.example.com" }
    """
  static let users = """
    entity: users
    owner: core
    source: { store: ap, collection: users }
    key: [uid]
    fields:
      id: { from: _id, type: text, transforms: [text] }
      email: { type: text, transforms: [triim, lower], requird: true }
      age: { type: integr }
      joined: { type: boolean, transforms: [{ epoch: milliseconds }] }
      city: { from: "address..city", type: text }
    rest: email
    references:
      - { columns: [id], entity: workspace }
    """
  static let workspaces = """
    entity: workspaces
    owner: core
    source: { store: app, collection: workspaces }
    key: [id]
    fields:
      id: { from: _id, type: text, transforms: [text] }
    """

  @Test("ten mistakes in three files are ten errors, each at its place, with the line, a caret and help")
  func golden() throws {
    let error = #expect(throws: MappingErrors.self) {
      try MappingSet.parse(
        files: [("set.yaml", Self.set), ("users.yaml", Self.users), ("workspaces.yaml", Self.workspaces)],
        directory: "mappings/shop")
    }
    let expected = """
      mappings/shop/set.yaml:3:56: error: a password doesn't belong into a mapping file
          app: { kind: mongo, environment: [MONGODB_URI], url: "mongodb://root:***@db.example.com" }
                                                               ^
        help: put the whole URL into an environment variable and name that under "environment"
      mappings/shop/users.yaml:3:18: error: unknown store "ap"
        source: { store: ap, collection: users }
                         ^
        help: did you mean "app"?
      mappings/shop/users.yaml:4:7: error: the key column "uid" is not among the fields
        key: [uid]
              ^
        help: did you mean "id"?
      mappings/shop/users.yaml:7:37: error: unknown transform "triim"
          email: { type: text, transforms: [triim, lower], requird: true }
                                            ^
        help: did you mean "trim"?
      mappings/shop/users.yaml:7:52: error: a field has no key "requird"
          email: { type: text, transforms: [triim, lower], requird: true }
                                                           ^
        help: did you mean "required"?
      mappings/shop/users.yaml:8:16: error: unknown type "integr"
          age: { type: integr }
                       ^
        help: did you mean "integer"?
      mappings/shop/users.yaml:9:43: error: "epoch" makes a point in time, which a column of type boolean doesn't take
          joined: { type: boolean, transforms: [{ epoch: milliseconds }] }
                                                  ^
        help: use timestamptz, timestamp or date
      mappings/shop/users.yaml:10:26: error: "from" isn't a path: a field's name is missing before the dot
          city: { from: "address..city", type: text }
                                 ^
      mappings/shop/users.yaml:11:7: error: the column "email" of "rest" is already taken by a field at line 7
        rest: email
              ^
        help: give one of them another name
      mappings/shop/users.yaml:13:30: error: unknown entity "workspace"
          - { columns: [id], entity: workspace }
                                     ^
        help: did you mean "workspaces"?
      10 errors in the mapping set
      """
    #expect(error?.description == expected)
    #expect(!"\(error as Any)".contains("hunter2"))
  }
}
