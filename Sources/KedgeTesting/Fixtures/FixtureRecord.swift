internal import Codec
internal import Mapping

/// One source record, and what others need to refer to it.
struct FixtureRecord {
  var document: BSONDocument
  /// The source values of its columns; those that are missing aren't there.
  var columns: [String: BSONValue]
}

/// Makes the source records of one entity.
struct FixtureRecordMaker {
  let entity: Entity
  let kind: Store.Kind
  /// The records of entities that were made before, by name.
  let others: [String: (entity: Entity, records: [FixtureRecord])]
  /// Values by column, where the test knows better than the generator.
  let given: [String: [BSONValue]]
  let salt: UInt64
  var maker: FixtureValueMaker
  private var seen: Set<String> = []
  /// Of elements with unique fields, which differ across records.
  private var elementCount = 0

  init(
    _ entity: Entity, kind: Store.Kind, others: [String: (entity: Entity, records: [FixtureRecord])],
    given: [String: [BSONValue]], seed: UInt64
  ) {
    self.entity = entity
    self.kind = kind
    self.others = others
    self.given = given
    var random = FixtureRandom(seed: seed, stream: entity.name)
    salt = random.next()
    maker = FixtureValueMaker(random: random)
  }

  /// The next record.
  ///
  /// - Parameter own: the entity's records so far, for references to itself.
  /// - Throws: ``FixtureError``.
  mutating func make(_ number: Int, own: [FixtureRecord]) throws -> FixtureRecord {
    var repeated = ""
    for _ in 0..<64 {
      let record = try attempt(number, own: own)
      let signatures = signatures(of: record)
      if let taken = signatures.first(where: { seen.contains($0) }) {
        repeated = taken
        continue
      }
      seen.formUnion(signatures)
      return record
    }
    throw FixtureError(
      "\(entity.name) has no more records whose \(repeated.prefix { $0 != "=" }) differ: \(own.count) were made. Make fewer of "
        + "them, or more of what they refer to.")
  }

  /// What no two records may have in common: the key, and each unique column.
  private func signatures(of record: FixtureRecord) -> [String] {
    func signature(_ columns: [String]) -> String? {
      let values = columns.map { record.columns[$0] }
      if columns.count == 1, values[0] == nil || values[0] == .null { return nil }
      let texts = values.map { value -> String in
        if case .string(let text)? = value { return text.lowercased() }
        return "\(value ?? .null)"
      }
      return columns.joined(separator: " ") + "=" + texts.joined(separator: "\u{1F}")
    }
    let unique = entity.fields.filter(\.unique).map { [$0.column] }
    return ((entity.key.isEmpty ? [] : [entity.key]) + unique).compactMap(signature)
  }

  private mutating func attempt(_ number: Int, own: [FixtureRecord]) throws -> FixtureRecord {
    var root = FixtureNode.document([])
    var columns: [String: BSONValue] = [:]
    let referred = try FixtureReferences.values(
      entity.references, fields: entity.fields, maker: &maker, self: self, number: number, own: own)
    // What takes a whole document comes before what goes into it.
    let fields = entity.fields.sorted {
      ($0.paths.first?.steps.count ?? 0) < ($1.paths.first?.steps.count ?? 0)
    }
    var taken: Set<ValuePath> = []
    for field in fields where !field.paths.isEmpty {
      if let path = field.paths.first(where: taken.contains) {
        columns[field.column] = root.node(at: path.steps[...])?.value
        continue
      }
      let path = field.paths[maker.random.once(in: 4) ? maker.random.below(field.paths.count) : 0]
      taken.insert(path)
      let isKey = entity.key.contains(field.column)
      let value: FixtureValue
      if let known = referred[field.column] {
        value = known
      } else if let list = given[field.column],
        let chosen = isKey || field.unique
          ? (list.indices.contains(number) ? list[number] : nil) : maker.random.element(list)
      {
        value = .value(chosen)
      } else {
        value = try self.value(
          of: field, at: path.steps, number: isKey || field.unique ? number : nil, isKey: isKey)
      }
      switch value {
      case .value(let value):
        root.put(FixtureNode(value), at: path.steps[...])
        columns[field.column] = value
      case .missing: break
      }
    }
    for child in entity.children { try put(child, into: &root, below: [], number: number) }
    try FixtureFilters.apply(entity.filters, to: &root, entity: entity, random: &maker.random)
    if entity.rest != nil, kind == .mongo, maker.random.once(in: 4) {
      root.put(.leaf(.string(maker.words(2))), at: [.field("kedgeTestingNote")])
    }
    for path in entity.jsonText.sorted(by: { $0.steps.count > $1.steps.count }) {
      root.writeJSON(at: path.steps[...])
    }
    return FixtureRecord(document: root.value.document ?? [:], columns: columns)
  }

  /// A field's source value, or that it has none.
  mutating func value(of field: Field, at steps: [ValuePath.Step], number: Int?, isKey: Bool = false) throws
    -> FixtureValue
  {
    let isJSON = entity.jsonText.contains { steps.starts(with: $0.steps) }
    if !isKey, let absent = absence(of: field, steps, isUnique: field.unique) { return absent }
    var transforms = field.transforms[...]
    // JSON text that paths go into is written when all of it is there.
    if transforms.first == .json, entity.jsonText.contains(where: { $0.steps == steps }) { transforms = [] }
    var wish = FixtureValueMaker.Wish(column: field.column, type: field.type, source: kind)
    wish.isJSON = isJSON
    wish.number = number
    wish.salt = salt
    wish.prefersObjectID = steps.last == .field("_id") || field.column.hasSuffix("_id") || isKey
    if let value = maker.value(transforms, wish) { return .value(value) }
    if field.missing == .null, kind == .mongo || steps.count > 1 { return .missing }
    if field.null == .null { return .value(.null) }
    throw FixtureError(
      "No value of a \(kind.rawValue) store becomes \(entity.name).\(field.column), which is \(field.type.sql)"
        + (field.transforms.isEmpty ? "" : " by " + field.transforms.map(\.name).joined(separator: ", "))
        + (number.map { ", for record \($0 + 1) of those that differ" } ?? "")
        + ". Correct the mapping, make fewer records, or give values for \"\(entity.name).\(field.column)\".")
  }

  /// Now and then a value is missing, null or empty, where the mapping says what becomes of that.
  private mutating func absence(of field: Field, _ steps: [ValuePath.Step], isUnique: Bool) -> FixtureValue? {
    guard maker.random.once(in: 8) else { return nil }
    func isTaken(_ rule: Absence) -> Bool {
      switch rule {
      case .null: true
      case .value: !isUnique
      case .quarantine, .keep: false
      }
    }
    var choices: [FixtureValue] = []
    if isTaken(field.missing), kind == .mongo || steps.count > 1 { choices.append(.missing) }
    if isTaken(field.null) { choices.append(.value(.null)) }
    if case .array = field.type {
      if isTaken(field.empty), kind == .mongo || !entity.jsonText.isEmpty {
        choices.append(.value(BSONValue([])))
      }
    } else if isTaken(field.empty) || (field.empty == .keep && keepsEmptyText(field) && !isUnique) {
      choices.append(.value(.string("")))
    }
    return maker.random.element(choices)
  }

  private func keepsEmptyText(_ field: Field) -> Bool {
    guard field.type.isText, !field.required else { return false }
    if case .char = field.type.base { return false }
    return field.transforms.allSatisfy { [.trim, .lower, .upper, .text].contains($0) }
  }

  /// An embedded array with its elements.
  private mutating func put(
    _ child: ChildTable, into root: inout FixtureNode, below: [ValuePath.Step], number: Int
  )
    throws
  {
    guard child.path.steps.last == .each else { return }
    let place = Array(child.path.steps.dropLast())
    if maker.random.once(in: 8) {
      if child.missing == .noRows, place.count > 0 { return }
      if child.null == .noRows { return root.put(.leaf(.null), at: place[...]) }
    }
    var elements: [FixtureNode] = []
    let least = child.empty == .noRows ? 0 : 1
    for _ in 0..<(least + maker.random.below(3)) {
      elements.append(try element(of: child, below: below + child.path.steps, number: number))
    }
    root.put(.array(elements), at: place[...])
  }

  private mutating func element(of child: ChildTable, below: [ValuePath.Step], number: Int) throws
    -> FixtureNode
  {
    let referred = try FixtureReferences.values(
      child.references, fields: child.fields, maker: &maker, self: self, number: number, own: [])
    var node = FixtureNode.document([])
    for field in child.fields.sorted(by: {
      ($0.paths.first?.steps.count ?? 0) < ($1.paths.first?.steps.count ?? 0)
    }) {
      guard let path = field.paths.first else { continue }
      if field.unique { elementCount += 1 }
      let number = field.unique ? elementCount : nil
      switch try referred[field.column] ?? value(of: field, at: below + path.steps, number: number) {
      case .value(let value): node.put(FixtureNode(value), at: path.steps[...])
      case .missing where path.steps.isEmpty: node = .leaf(.null)
      case .missing: break
      }
    }
    for inner in child.children { try put(inner, into: &node, below: below, number: number) }
    return node
  }
}

/// A source value, or that there is none.
enum FixtureValue {
  case value(BSONValue)
  case missing
}
