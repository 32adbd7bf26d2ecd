internal import Codec
internal import CommandLine
internal import Executors
internal import Foundation
internal import Inference
internal import Mapping
internal import Mongo
internal import Progress

extension Session {
  /// The source to look at: `--source`, else the mapping set's, else the environment's.
  private func scanSource() throws -> ScanSource {
    if let text = command.value("source") { return try scanSource(text) }
    if command.value("mappings") != nil {
      let set = try mappingSet()
      for store in set.stores where store.kind != .postgres {
        for name in store.environment {
          if let url = environment[name], !url.isEmpty { return try scanSource(url, store) }
        }
        if let url = store.url { return try scanSource(url, store) }
      }
    }
    if let url = environment["MONGODB_URI"], !url.isEmpty { return try scanSource(url) }
    if let path = environment["SQLITE_PATH"], !path.isEmpty { return .sqlite(path: SourceURL.path(path)) }
    throw UsageProblem("name a source: --source mongodb://host/database or --source sqlite:path")
  }

  private func scanSource(_ text: String, _ store: Store? = nil) throws -> ScanSource {
    let url = try SourceURL(text)
    switch url.kind {
    case .mongo: return .mongo(try mongoSettings(url.url, store))
    case .sqlite, .postgres: return .sqlite(path: SourceURL.path(url.url))
    }
  }

  private func scanned() throws -> ScanResult {
    var current = ""
    var done = 0
    let result = try SourceScan.run(try scanSource()) { state in
      if stop.isSet { throw ScanInterruption() }
      if state.collection != current {
        if !current.isEmpty { progress.finish(entity: current) }
        current = state.collection
        done = 0
        progress.start(entity: current, total: state.expected)
      }
      progress.advance(entity: current, by: max(0, state.records - done))
      done = max(done, state.records)
    }
    if !current.isEmpty { progress.finish(entity: current) }
    return result
  }

  private struct ScanInterruption: Error, CustomStringConvertible {
    var description: String { "interrupted; a scan changes nothing, so it can simply be run again" }
  }

  /// `kedge scan`
  func scan() throws -> Int32 {
    // A set that is named says what becomes of each field; else the one that `infer` would write.
    let named = command.value("mappings") == nil ? nil : try mappingSet()
    let result: ScanResult
    do { result = try scanned() } catch let stopped as ScanInterruption {
      log.error(stopped.description)
      return ExitCode.interrupted
    }
    if isJSON {
      output(json(result, named ?? Inference.infer(result).set))
    } else if let named {
      output(result.textReport(mapping: named))
    } else {
      output(result.textReport())
    }
    return ExitCode.done
  }

  /// `kedge infer`
  func infer() throws -> Int32 {
    guard let directory = command.value("out"), !directory.contains("://") else {
      throw UsageProblem("name a folder: --out DIR")
    }
    var options = InferOptions()
    options.arrays = command.value("arrays").flatMap(InferOptions.Arrays.init(rawValue:)) ?? options.arrays
    options.schema = command.value("schema") ?? options.schema
    let result: ScanResult
    do { result = try scanned() } catch let stopped as ScanInterruption {
      log.error(stopped.description)
      return ExitCode.interrupted
    }
    let (set, comments) = Inference.infer(result, options: options)
    let files = try InferredSet.write(set, comments: comments, to: directory, force: command.flag("force"))
    for skipped in result.skipped {
      log.warn("\(skipped.kind) \(skipped.name) is left out: \(skipped.reason)")
    }
    if isJSON {
      output([
        "set": .string(set.name), "directory": .string(directory), "files": .strings(files),
        "entities": .strings(set.entities.map(\.name)), "records": .int(result.records),
        "skipped": .array(result.skipped.map(json)),
      ])
    } else {
      output(
        "wrote \(files.count) files to \(directory): \(set.entities.count) entities, \(result.records) records scanned\n"
          + "comments beginning with # say where a person should decide; it moves as it is with:\n"
          + "  kedge backfill --mappings \(directory)")
    }
    return ExitCode.done
  }

  // MARK: JSON

  private func json(_ result: ScanResult, _ set: MappingSet) -> JSONValue {
    [
      "source": .string(result.source.display), "records": .int(result.records),
      "collections": .array(
        result.collections.map { scan in
          [
            "name": .string(scan.name), "kind": .string(scan.kind.rawValue), "records": .int(scan.records),
            "longest_record": .int(scan.longestRecord), "depth": .int(scan.depth),
            "fields": .array(result.destinations(of: scan, in: set).map { json($0.field, $0.destination) }),
          ]
        }),
      "skipped": .array(result.skipped.map(json)),
    ]
  }

  private func json(_ skipped: SkippedObject) -> JSONValue {
    ["name": .string(skipped.name), "kind": .string(skipped.kind), "reason": .string(skipped.reason)]
  }

  private func json(_ field: FieldScan, _ destination: String) -> JSONValue {
    let kinds = field.kinds.sorted { $0.key.rawValue < $1.key.rawValue }
    var members: [(String, JSONValue)] = [
      ("path", .string(field.path.description)),
      ("kinds", .object(kinds.map { ($0.key.name, .int($0.value)) })),
      ("missing", .int(field.missing)), ("null", .int(field.nulls)),
      ("empty", .int(field.texts.empty + field.binaries.empty + field.documents.empty + field.arrays.empty)),
    ]
    if field.kinds[.string] != nil {
      members.append(("longest_bytes", .int(field.texts.longestBytes)))
      members.append(("longest_characters", .int(field.texts.longestScalars)))
    }
    if field.integers.least <= field.integers.greatest {
      members.append(("least_integer", .integer(field.integers.least)))
      members.append(("greatest_integer", .integer(field.integers.greatest)))
    }
    if field.doubles.least <= field.doubles.greatest {
      members.append(("least_double", .double(field.doubles.least)))
      members.append(("greatest_double", .double(field.doubles.greatest)))
    }
    if field.kinds[.array] != nil { members.append(("longest_array", .int(field.arrays.longest))) }
    members.append(("becomes", .string(destination)))
    return .object(members)
  }
}
