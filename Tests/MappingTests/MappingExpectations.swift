import Mapping
import Testing

/// A set with one mongo and one sqlite store, and texts as its other files.
func parse(_ files: [String: String], set: String? = nil) throws -> MappingLoad {
  var all = files.map { (name: $0.key, text: $0.value) }.sorted { $0.name < $1.name }
  if files["set.yaml"] == nil {
    all.append(
      ("set.yaml", set ?? "set: test\nstores:\n  app: { kind: mongo }\n  lite: { kind: sqlite }\n"))
  }
  return try MappingLoad.parse(files: all, directory: "")
}

/// What a set's errors and warnings say: `file:line:column: severity: message | help`.
func diagnostics(_ files: [String: String], set: String? = nil) -> [String] {
  do {
    return try parse(files, set: set).warnings.map(oneLine)
  } catch let errors as MappingErrors {
    return errors.diagnostics.map(oneLine)
  } catch {
    return ["\(error)"]
  }
}

/// The errors of a set alone.
func errors(_ files: [String: String], set: String? = nil) -> [String] {
  diagnostics(files, set: set).filter { $0.contains(": error: ") }
}

func oneLine(_ diagnostic: Diagnostic) -> String {
  let place = "\(diagnostic.location.file):\(diagnostic.location.line):\(diagnostic.location.column)"
  let help = diagnostic.suggestion.map { " | \($0)" } ?? ""
  return "\(place): \(diagnostic.severity.rawValue): \(diagnostic.message)\(help)"
}

/// An entity `users` whose fields, and lines after them, are given.
func users(_ fields: String, _ rest: String = "", key: String = "[id]") -> String {
  """
  entity: users
  owner: core
  source: { store: app, collection: users }
  key: \(key)
  fields:
    id: { from: _id, type: text, transforms: [text] }
    \(fields)
  \(rest)
  """
}

extension MappingSet {
  /// The set as if everything stood at one place, so that two sets compare by what they say.
  var withoutPlaces: MappingSet {
    let nowhere = SourceLocation(file: "", line: 0, column: 0)
    var set = self
    set.directory = ""
    for crossing in set.crossings.indices { set.crossings[crossing].location = nowhere }
    for index in set.entities.indices {
      set.entities[index].location = nowhere
      for column in set.entities[index].generated.indices {
        set.entities[index].generated[column].location = nowhere
      }
      for field in set.entities[index].fields.indices { set.entities[index].fields[field].location = nowhere }
      set.entities[index].children = set.entities[index].children.map(\.withoutPlaces)
      for reference in set.entities[index].references.indices {
        set.entities[index].references[reference].location = nowhere
      }
      for filter in set.entities[index].filters.indices {
        set.entities[index].filters[filter].location = nowhere
      }
    }
    return set
  }
}

extension ChildTable {
  fileprivate var withoutPlaces: ChildTable {
    let nowhere = SourceLocation(file: "", line: 0, column: 0)
    var child = self
    child.location = nowhere
    for field in child.fields.indices { child.fields[field].location = nowhere }
    child.children = children.map(\.withoutPlaces)
    return child
  }
}
