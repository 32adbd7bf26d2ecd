internal import Guardrails
internal import Mapping

/// Expects that each of these collections or tables belongs to an entity.
///
/// - Parameters:
///   - collections: names as the application uses them; tables of Postgres with their schema.
///   - store: the store that they are in; nil for any.
/// - Returns: whether it is so. If not, the test has failed at the caller's line, once for each that isn't declared.
@discardableResult
public func expectDeclared(
  collections: some Sequence<String>, in mappings: OwnershipMap, store: String? = nil,
  check: String = #function, baseline: OwnershipBaseline? = nil, fileID: String = #fileID,
  filePath: String = #filePath, line: Int = #line, column: Int = #column
) -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  var violations = unknownStore(store, mappings, place)
  if violations.isEmpty {
    violations = Set(collections).sorted().filter { !mappings.declares(collection: $0, store: store) }
      .map { mappings.undeclared(collection: $0, store: store, at: place) }
  }
  return settle(violations, check: check, baseline: baseline, at: place)
}

/// Expects that every collection or table that source files name belongs to an entity.
///
/// For example, of a code base that gets at collections by `db.collection("users")`:
/// ```swift
/// expectDeclared(namesIn: ["Sources"], matching: #/collection\("([^"]+)"\)/#, in: mappings)
/// ```
///
/// - Parameters:
///   - folders: from the package's folder, or absolute; files stand for themselves. All that is below them is read.
///   - pattern: where a name stands; its first group is the name.
///   - extensions: how the files' names end.
/// - Returns: whether it is so. If not, the test has failed at the lines that name what isn't declared. It fails, too, if the
///   pattern is met nowhere, for then the check looks at nothing.
@discardableResult
public func expectDeclared(
  namesIn folders: [String], matching pattern: some RegexComponent<(Substring, Substring)>,
  in mappings: OwnershipMap, store: String? = nil, extensions: Set<String> = ["swift"],
  check: String = #function, baseline: OwnershipBaseline? = nil, fileID: String = #fileID,
  filePath: String = #filePath, line: Int = #line, column: Int = #column
) -> Bool {
  let place = TestPlace(fileID: fileID, filePath: filePath, line: line, column: column)
  var violations = unknownStore(store, mappings, place)
  do {
    let paths = folders.map(place.resolve)
    let found = try SourceScan.names(in: paths, matching: pattern, extensions: extensions)
    if found.isEmpty {
      violations.append(
        OwnershipViolation(
          rule: "undeclared", subject: "nothing found",
          message: "The pattern is met in no \(extensions.sorted().joined(separator: ", ")) file below "
            + "\(folders.joined(separator: ", ")), so that this check looks at nothing. Correct the pattern or the folders.",
          place: place))
    }
    if violations.isEmpty {
      violations = found.filter { !mappings.declares(collection: $0.name, store: store) }
        .map { mappings.undeclared(collection: $0.name, store: store, at: $0.place) }
    }
  } catch {
    violations.append(
      OwnershipViolation(
        rule: "undeclared", subject: "unreadable", message: "The sources can't be read: \(error)",
        place: place)
    )
  }
  return settle(violations, check: check, baseline: baseline, at: place)
}

private func unknownStore(_ store: String?, _ mappings: OwnershipMap, _ place: TestPlace)
  -> [OwnershipViolation]
{
  guard let store, mappings.plan.store(named: store) == nil else { return [] }
  let names = mappings.plan.stores.map(\.name).joined(separator: ", ")
  return [
    OwnershipViolation(
      rule: "undeclared", subject: store, message: "No store is called \(store). Declared are \(names).",
      place: place)
  ]
}

extension OwnershipMap {
  /// Whether an entity has this collection or table.
  func declares(collection: String, store: String?) -> Bool {
    let stores = store.flatMap { plan.store(named: $0) }.map { [$0] } ?? Array(plan.stores.indices)
    return stores.contains { plan.entity(of: collection, in: $0) != nil }
  }

  func undeclared(collection: String, store: String?, at place: TestPlace) -> OwnershipViolation {
    let here = store.map { " in \($0)" } ?? ""
    let known = Set(plan.entities.flatMap { [$0.collection] + $0.tables.map(\.display) }).sorted()
    return OwnershipViolation(
      rule: "undeclared", subject: collection,
      message:
        "No entity has the collection or table \(collection)\(here). Declare it in the mapping set, so that it has an "
        + "owner. Declared are \(known.joined(separator: ", ")).", place: place)
  }
}
