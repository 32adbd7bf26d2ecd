import Codec
import Mapping

/// Makes valid mapping sets with odd names and every feature of the model.
struct RandomSet {
  private var random: SeededGenerator
  private var names: Set<[UInt8]> = []
  private let nowhere = SourceLocation(file: "", line: 0, column: 0)

  init(seed: UInt64) { random = SeededGenerator(seed: seed) }

  mutating func make() -> MappingSet {
    let isRow = chance(4)
    var store = Store(
      name: text(), kind: isRow ? .sqlite : .mongo, environment: chance(2) ? ["MONGODB_URI", "_A1"] : [],
      url: chance(2) ? (isRow ? "sqlite:data/x.db" : "mongodb://localhost") : nil,
      database: !isRow && chance(2) ? text() : nil)
    if !isRow {
      // By the name, so that the seeds mean the same sets as ever.
      let (place, preferences) = (store.name.utf8.count % 6, Store.ReadPreference.allCases)
      let concerns = Store.ReadConcern.allCases
      store.readPreference = preferences.indices.contains(place) ? preferences[place] : nil
      store.readConcern = concerns.indices.contains(place) ? concerns[place] : nil
    }
    var stores = [store]
    if chance(2) { stores.append(Store(name: name(), kind: .postgres, environment: ["DATABASE_URL"])) }
    let schema = chance(2) ? "core" : name()
    var entities: [Entity] = []
    for _ in 0..<Int.random(in: 1...4, using: &random) {
      entities.append(entity(store, schema, earlier: entities, isRow))
    }
    entities.sort { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    let writers = entities.flatMap(\.writers)
    let rules = SetGuardRules(
      mode: GuardMode.allCases[entities.count % 3],
      roles: entities.count > 2
        ? [GuardRole(name: "app", writers: Array(writers.prefix(1))), GuardRole(name: "a b", writers: [])]
        : [])
    let crossings =
      CalendarDay("2028-02-29").map { day in
        entities.count > 1
          ? [
            Crossing(
              name: "a: b", entities: entities.map(\.name), reason: "#1", link: "https://x.example/1",
              expires: day, location: nowhere)
          ] : []
      } ?? []
    return MappingSet(
      name: text(), directory: "", schema: schema, stores: stores, entities: entities, guardRules: rules,
      crossings: crossings)
  }

  private mutating func chance(_ one: Int) -> Bool { Int.random(in: 1...one, using: &random) == 1 }
  private mutating func text() -> String { OddNames.random(using: &random) }

  /// A name that nothing else in the set has, as Postgres takes it.
  private mutating func name() -> String {
    while true {
      let candidate = text()
      // Model equality compares as Swift does, so names differ beyond that.
      let key = Array(candidate.decomposed.utf8)
      if candidate.utf8.count <= 40, names.insert(key).inserted { return candidate }
    }
  }

  private mutating func entity(_ store: Store, _ schema: String, earlier: [Entity], _ isRow: Bool) -> Entity {
    let isCore = !chance(4)
    let name = name()
    let key = (0..<Int.random(in: 1...2, using: &random)).map { _ in self.name() }
    var fields = key.map { field($0, isKey: true, isRow: isRow, isChild: false) }
    for _ in 0..<Int.random(in: 0...5, using: &random) {
      fields.append(field(self.name(), isKey: false, isRow: isRow, isChild: false))
    }
    fields.append(
      Field(paths: [ValuePath(field: "n")], column: "amount", location: nowhere, type: .doublePrecision))
    let table =
      chance(2)
      ? TableName(schema: schema, name: name)
      : TableName(schema: chance(2) ? schema : self.name(), name: self.name())
    var entity = Entity(
      name: name, location: nowhere, owner: isCore ? .core : .feature, store: store.name, collection: text(),
      table: isCore ? table : nil, key: key,
      fields: fields)
    if chance(3) { entity.jsonText = [ValuePath(field: "n")] }
    if isCore {
      entity.phase = Entity.Phase.allCases.randomElement(using: &random) ?? .legacy
      if !isRow {
        entity.children = (0..<Int.random(in: 0...2, using: &random)).map { _ in
          child(table, entity.key.map { entity.name + "_" + $0 }, depth: 0)
        }
      }
      entity.rest = chance(2) ? self.name() : nil
      entity.unmapped = UnmappedRule(
        ignored: chance(2) ? [ValuePath(field: "left out: " + self.name())] : [],
        others: UnmappedRule.Others.allCases.randomElement(using: &random) ?? .count)
      entity.quarantineLimit =
        [nil, .records(Int.random(in: 0...1000, using: &random)), .percent(1), .percent(0.25)]
        .randomElement(using: &random) ?? nil
      if chance(3) {
        entity.generated = [
          GeneratedColumn(column: self.name(), type: .bigint, value: .identity, location: nowhere),
          GeneratedColumn(
            column: self.name(), type: .array(.text), value: .expression("a || '}'"), location: nowhere),
        ]
      }
      entity.auditIgnore = chance(2) ? [self.name()] : []
      entity.auditTolerance = chance(2) ? ["amount": Double.random(in: 0...1, using: &random)] : [:]
      entity.resetKeep = chance(2) ? [KeepRule(column: key[0], values: [text()])] : []
    }
    if let target = earlier.randomElement(using: &random) { entity.references = [reference(entity, target)] }
    if chance(2) {
      entity.filters.append(Filter(path: path(isRow), test: .exists(chance(2)), location: nowhere))
    }
    if chance(2) {
      entity.filters.append(Filter(path: path(isRow), test: .noneOf([text()]), location: nowhere))
    }
    entity.writers = chance(2) ? [text()].filter { !$0.isEmpty } : []
    // By the name, so that the seeds mean the same sets as ever.
    let modes = GuardMode.allCases
    let place = name.utf8.count % 5
    entity.guardRules = GuardRules(
      mode: modes.indices.contains(place) ? modes[place] : nil, requiresFence: name.utf8.count % 2 == 0)
    return entity
  }

  private mutating func reference(_ entity: Entity, _ target: Entity) -> Reference {
    let areCore = entity.owner == .core && target.owner == .core
    let enforcement: Reference.Enforcement =
      chance(3) ? .none : areCore && chance(2) && target.key.count == entity.key.count ? .constraint : .audit
    let isWhole = target.key.count == entity.key.count
    return Reference(
      columns: isWhole ? entity.key : [entity.key[0]], entity: target.name,
      targetColumns: isWhole ? target.key : [target.key[0]],
      onDelete: [.restrict, .cascade, .noAction].randomElement(using: &random) ?? .noAction,
      enforcement: enforcement, location: nowhere)
  }

  private mutating func child(_ around: TableName, _ usualParents: [String], depth: Int) -> ChildTable {
    let name = self.name()
    let isUsual = chance(2)
    let usualTable = around.name + "_" + name
    let isShort = usualTable.utf8.count <= 63 && usualParents.allSatisfy { $0.utf8.count <= 63 }
    let table =
      isUsual && isShort
      ? TableName(schema: around.schema, name: usualTable)
      : TableName(schema: self.name(), name: self.name())
    let parents = usualParents.map { isUsual && isShort ? $0 : self.name() }
    let ordinal = chance(2) ? "position" : self.name()
    let absences = (0..<3).map { _ in
      ChildTable.ArrayAbsence.allCases.randomElement(using: &random) ?? .noRows
    }
    let inner = parents + [name + "_" + ordinal]
    let children =
      depth < 2
      ? (0..<Int.random(in: 0...1, using: &random)).map { _ in child(table, inner, depth: depth + 1) } : []
    return ChildTable(
      name: name,
      path: isUsual
        ? ValuePath([.field(name), .each])
        : depth > 0 && chance(2)
          ? ValuePath([.each]) : ValuePath([.field(text()), .index(2), .field(text()), .each]),
      location: nowhere, table: table, parentColumns: parents, ordinal: ordinal,
      fields: !children.isEmpty && chance(2)
        ? [] : [field(self.name(), isKey: false, isRow: false, isChild: true)],
      children: children, missing: absences[0], null: absences[1], empty: absences[2],
      nullElement: ChildTable.NullElement.allCases.randomElement(using: &random))
  }

  private mutating func path(_ isRow: Bool) -> ValuePath {
    if isRow || chance(2) { return ValuePath(field: text()) }
    return ValuePath([
      .field(text()), chance(2) ? .index(Int.random(in: 0...9, using: &random)) : .field(text()),
      .field(text()),
    ])
  }

  private mutating func field(_ column: String, isKey: Bool, isRow: Bool, isChild: Bool) -> Field {
    if isKey {
      return Field(
        paths: [chance(2) ? ValuePath(field: column) : path(isRow)], column: column, location: nowhere,
        type: .text, transforms: chance(2) ? [.text] : [],
        missing: .quarantine, null: .quarantine, empty: chance(2) ? .quarantine : .keep)
    }
    let (type, transforms) = chains[Int.random(in: 0..<chains.count, using: &random)]
    var field = Field(
      paths: [ValuePath(field: column)], column: column, location: nowhere, type: type, transforms: transforms
    )
    if case .constant = transforms.first {
      field.paths = []
      return field
    }
    if chance(2) { field.paths = (0..<Int.random(in: 1...3, using: &random)).map { _ in path(isRow) } }
    if isChild, chance(3) { field.paths = [ValuePath([])] }
    field.required = chance(2)
    field.unique = chance(3)
    field.personal = chance(3)
    let usual: Absence = field.required ? .quarantine : .null
    let value: Absence = type == .text ? .value(text()) : .quarantine
    field.missing = [usual, .quarantine, value].randomElement(using: &random) ?? usual
    field.null = [usual, .quarantine, value].randomElement(using: &random) ?? usual
    field.empty = [.keep, usual, .quarantine, value].randomElement(using: &random) ?? .keep
    if case .array(let element) = type {
      let value: ElementAbsence = element.base == .citext ? .value(text()) : .skip
      field.nullElement = [.null, .skip, .quarantine, value].randomElement(using: &random) ?? .null
      field.emptyElement = [.keep, .null, .skip, .quarantine, value].randomElement(using: &random) ?? .keep
    }
    return field
  }

  private var chains: [(TargetType, [Transform])] {
    mutating get {
      [
        (.text, []), (.text, [.trim, .lower]), (.text, [.upper, .hash]),
        (.text, [.enumMap([EnumPair(from: text(), to: text())])]), (.bigint, []),
        (.text, [.constant(text())]), (.numeric(precision: 20, scale: 3), [.cents(digits: 3)]),
        (.numeric(precision: nil, scale: nil), [.trim, .number]),
        (
          .boolean,
          [
            .boolean(
              trueWords: ["true", "t", "yes", "y", "1", "on"],
              falseWords: ["false", "f", "no", "n", "0", "off"])
          ]
        ),
        (.boolean, [.boolean(trueWords: ["a" + text()], falseWords: ["b" + text()])]),
        (.date, [.parseDate(.pattern("%d/%m, \"%Y\""))]),
        (.timestamptz, [.parseDate(.iso)]), (.timestamp, [.number, .epoch(.webkit)]),
        (.uuid, [.uuid(.csharp)]), (.uuid, [.uuid(.standard)]),
        (.jsonb, [.json]), (.jsonb, [.ejson]), (.array(.text), []),
        (.array(.numeric(precision: 4, scale: 2)), []), (.text, [.hex]), (.text, [.base64, .trim]),
        (.varchar(80), [.text]), (.char(2), []), (.bytea, [.hash]), (.doublePrecision, []), (.citext, []),
        (.time, []), (.interval, [.interval(nil)]), (.interval, [.number, .interval(.seconds)]),
        (.inet, [.inet]),
        (.cidr, []),
        (.numeric(precision: 9, scale: 2), [.clamp(from: "-1.5", to: "1e3"), .round(digits: 2)]),
        (.text, [.stripNUL, .truncate(length: 7)]), (.jsonb, [.escapeNUL]), (.array(.citext), [.lower]),
        (.enumeration(NamedType(schema: "core", name: "mood"), labels: ["sad", "so, so", "\""]), []),
        (.array(.enumeration(NamedType(schema: "odd schema", name: "mood"), labels: ["a"])), [.trim]),
        (.domain(NamedType(schema: "core", name: "e-mail"), over: .varchar(80)), []),
      ]
    }
  }
}

extension String {
  /// Its canonical decomposition, as `==` sees it; Swift's own comparison is what the model's equality uses.
  var decomposed: String {
    unicodeScalars.filter { $0.value != 0x301 }.map { String($0) }.joined().replacing("é", with: "e")
  }
}
