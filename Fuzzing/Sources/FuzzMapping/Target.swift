internal import Codec
internal import FuzzSupport
internal import Mapping

/// libFuzzer's entry: the first byte says which file of a mapping set the rest of the input is.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzMapping(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = UnsafeRawBufferPointer(start: start, count: count)
  guard let mode = input.first else { return 0 }
  let text = String(decoding: input.dropFirst(), as: UTF8.self)
  switch mode % 4 {
  case 0: read([("set.yaml", text), ("things.yaml", Fixed.entity)])
  case 1: read([("set.yaml", Fixed.documents), ("things.yaml", text)])
  case 2: read([("set.yaml", Fixed.rows), ("things.yaml", text)])
  default:
    // Two entities that may refer to each other.
    let parts = text.split(separator: "\n---\n", maxSplits: 1, omittingEmptySubsequences: false)
    read([
      ("set.yaml", Fixed.documents), ("a.yaml", String(parts[0])),
      ("b.yaml", parts.count > 1 ? String(parts[1]) : ""),
    ])
  }
  return 0
}

/// The files that an input doesn't give.
private enum Fixed {
  static let documents = """
    set: fuzz
    stores:
      app: { kind: mongo, environment: [MONGODB_URI], database: app }
      core: { kind: postgres, environment: [DATABASE_URL] }
    """
  static let rows = """
    set: fuzz
    stores:
      app: { kind: sqlite, url: "sqlite:app.db" }
      core: { kind: postgres, environment: [DATABASE_URL] }
    """
  static let entity = """
    entity: things
    owner: core
    source: { store: app, collection: things }
    target: { table: things }
    key: [id]
    fields:
      id: { from: _id, type: text }
    """
}

private typealias Files = [(name: String, text: String)]

private func read(_ files: Files) {
  let load: MappingLoad
  do throws(MappingErrors) {
    load = try MappingLoad.parse(files: files, directory: "m")
  } catch {
    expect(!error.errors.isEmpty, "a set is refused for an error")
    check(error.diagnostics, files)
    expect(!error.description.isEmpty, "errors have a text")
    return
  }
  expect(load.warnings.allSatisfy { $0.severity == .warning }, "a set that loads has no errors")
  check(load.warnings, files)
  for entity in load.set.entities { plan(entity, load.set) }
  writeAndReadAgain(load.set)
}

/// Each diagnostic points into one of the files, at a line and a column that it has.
private func check(_ diagnostics: [Diagnostic], _ files: Files) {
  for diagnostic in diagnostics {
    let place = diagnostic.location
    guard let file = files.first(where: { "m/" + $0.name == place.file }) else {
      finding("a diagnostic names a file of the set, not \(place.file)")
    }
    let lines = Lines.of(file.text)
    expect((1...lines.count).contains(place.line), "line \(place.line) is in the file: \(diagnostic)")
    let length = lines[place.line - 1].count
    expect((1...length + 1).contains(place.column), "column \(place.column) is in its line: \(diagnostic)")
    expect(!diagnostic.message.isEmpty, "a diagnostic says something")
  }
}

private enum Lines {
  /// The lines as YAML 1.1 counts them.
  static func of(_ text: String) -> [String.UnicodeScalarView] {
    var lines = [String.UnicodeScalarView()]
    var last: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x0A where last == "\r": break
      case 0x0A, 0x0D, 0x85, 0x2028, 0x2029: lines.append(String.UnicodeScalarView())
      default: lines[lines.count - 1].append(scalar)
      }
      last = scalar
    }
    return lines
  }
}

private func plan(_ entity: Entity, _ set: MappingSet) {
  guard entity.table != nil, let store = set.stores.first(where: { $0.name == entity.store }) else { return }
  do {
    let plan = try EntityPlan(entity, source: store.kind)
    expect(plan.columns.count == plan.record.columns.count, "every column has a plan")
    expect(plan.key.count == entity.key.count, "every column of the key is a column")
  } catch {
    expect(!"\(error)".isEmpty, "a plan's error has a text")
  }
}

/// What is written of a set reads back to the same set.
private func writeAndReadAgain(_ set: MappingSet) {
  let files = MappingWriter.files(for: set)
  let again: MappingSet
  do throws(MappingErrors) {
    again = try MappingSet.parse(files: files, directory: set.directory)
  } catch {
    for file in files { print("--- \(file.name)\n\(file.text)") }
    finding("what the writer makes of a set reads again, not: \(error)")
  }
  guard Placeless.of(again) == Placeless.of(set) else {
    for file in files { print("--- \(file.name)\n\(file.text)") }
    finding("a set that is written and read again is the same")
  }
}
