import Codec

/// The entities in which damage is planted: how many records each has, how it is mapped, and what each record holds.
struct PlantedEntity: Sendable {
  var name: String
  /// One record for so many of `things`.
  var share: Int
  /// The key of record `n`, as reports spell it.
  var key: @Sendable (Int) -> String
  /// Records from here on are planted in; those before are left for others to refer to.
  var firstPlanted = 20

  static let all = [
    PlantedEntity(name: "things", share: 1, key: { "\($0 * 10)" }),
    PlantedEntity(name: "labels", share: 20, key: { $0 % 2 == 0 ? "k\($0)" : "\($0)" }),
    PlantedEntity(name: "pairs", share: 20, key: { "p\($0 % 7),\($0)" }),
    PlantedEntity(name: "readings", share: 20, key: { "\($0 * 10)" }),
    PlantedEntity(name: "members", share: 20, key: { "\($0 * 10)" }),
    PlantedEntity(name: "notes", share: 20, key: { "\($0 * 10)" }),
  ]

  static func named(_ name: String) -> PlantedEntity { all.first { $0.name == name } ?? all[0] }

  /// How many records it has where there are `things` of that number.
  func count(_ things: Int) -> Int { max(500, things / share) }
}

/// The mapping files, for either kind of source.
struct PlantedMapping {
  let store: PlantedStore

  private func source(_ name: String) -> String {
    store == .mongo ? "{ store: app, collection: \(name) }" : "{ store: file, table: \(name) }"
  }
  private func either(_ mongo: String, _ sqlite: String) -> String { store == .mongo ? mongo : sqlite }
  private var id: String { either("{ from: _id, type: bigint }", "bigint") }
  private var time: String { either("", ", transforms: [{ epoch: milliseconds }]") }

  var files: [String] { [things, labels, pairs, readings, members, notes] }

  private var things: String {
    """
    entity: things
    owner: core
    source: \(source("things"))
    key: [id]
    fields:
      id: \(id)
      name: text
      code: varchar(40)
      story: text
      data: bytea
      ratio: double precision
      single: real
      small: smallint
      whole: integer
      large: bigint
      amount: { type: numeric\(either("", ", transforms: [number]")) }
      price: { type: "numeric(12,2)"\(either("", ", transforms: [number]")) }
      flag: { type: boolean\(either("", ", transforms: [boolean]")) }
      at: { type: timestamptz\(time) }
      stamp: { type: timestamp\(time) }
      day: { type: date\(time) }
      clock: { type: time, transforms: [date] }
      kind: { type: { enum: thing_kind, values: [new, active, lost] } }
      token: { type: uuid, transforms: [uuid] }
      address: { type: inet, transforms: [inet] }
      idle: { type: interval, transforms: [interval] }
      words: "text[]"
      counts: "integer[]"
      detail: { type: jsonb\(either("", ", transforms: [json]")) }
      email: { type: text, personal: true }
    \(either("", "json-text: [words, counts, tags, parts]"))
    children:
      tags: { fields: { tag: { from: "@", type: text } } }
      parts:
        fields: { part: text, amount: integer }
        children: { marks: { fields: { mark: { from: "@", type: text } } } }
    """
  }

  /// Keys are text, made of numbers and of texts.
  private var labels: String {
    """
    entity: labels
    owner: core
    source: \(source("labels"))
    key: [id]
    fields:
      id: { from: \(either("_id", "id")), type: text, transforms: [text] }
      v: text
    """
  }

  /// Composite keys, which the source's own order has nothing to do with.
  private var pairs: String {
    """
    entity: pairs
    owner: core
    source: \(source("pairs"))
    key: [a, b]
    fields: { a: text, b: integer, v: text, w: integer }
    """
  }

  private var readings: String {
    """
    entity: readings
    owner: core
    source: \(source("readings"))
    key: [id]
    fields:
      id: \(id)
      score: double precision
      level: integer
      cost: { type: numeric\(either("", ", transforms: [number]")) }
      seen: { type: timestamptz\(time) }
      state: text
    filters: [{ field: state, none-of: [hidden] }]
    audit: { ignore: [seen], tolerance: { score: 0.01, level: 2, cost: 0.5 } }
    """
  }

  private var members: String {
    """
    entity: members
    owner: core
    source: \(source("members"))
    key: [id]
    fields: { id: \(id), thing: bigint, other: bigint }
    references:
      - { columns: [thing], entity: things, enforce: audit }
      - { columns: [other], entity: things, enforce: none }
    """
  }

  /// Stays where it is, and refers to rows of the core.
  private var notes: String {
    """
    entity: notes
    owner: feature
    source: \(source("notes"))
    key: [id]
    fields: { id: \(id), thing: bigint }
    references: [{ columns: [thing], entity: things }]
    """
  }
}
