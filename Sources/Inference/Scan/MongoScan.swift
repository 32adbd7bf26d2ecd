internal import Codec
internal import Mapping
internal import Mongo

/// Scans the collections of a Mongo database.
struct MongoScan {
  let settings: MongoSettings

  init(_ settings: MongoSettings) { self.settings = settings }

  func run(_ progress: (ScanProgress) throws -> Void) throws -> ScanResult {
    let connection = try MongoConnection(settings)
    var result = ScanResult(source: source, collections: [])
    // What a guardrail has put aside is read by the view that shows it under its own name.
    let found = try connection.collections().filter { !$0.isFrozen }
    try withoutActuallyEscaping(progress) { progress in
      var ticker = ProgressTicker(
        collections: found.filter { $0.kind != .view || $0.showsFrozen }.count, progress)
      for info in found {
        switch info.kind {
        case .view where !info.showsFrozen:
          result.skipped.append(
            SkippedObject(
              name: info.name, kind: "view",
              reason: "it stores nothing of its own; what it reads is scanned"))
        case .collection, .timeseries, .view:
          result.collections.append(try scan(info, connection, &ticker))
        }
      }
    }
    return result
  }

  private func scan(
    _ info: MongoCollectionInfo, _ connection: MongoConnection, _ ticker: inout ProgressTicker
  )
    throws -> CollectionScan
  {
    var scan = CollectionScan(name: info.name, kind: info.kind == .timeseries ? .timeseries : .collection)
    let context = CountingContext(paths: SourceScan.pathsPerCollection)
    let root = FieldCounter(name: [])
    try ticker.begin(
      info.name, expected: info.kind == .collection ? try connection.estimatedCount(info.name) : nil)
    let cursor = try connection.find(info.name)
    while let document = try cursor.next() {
      scan.records += 1
      scan.bytes += document.count
      scan.longestRecord = max(scan.longestRecord, document.count)
      do throws(Refusal) {
        try root.count(document: document, depth: 1, context)
      } catch {
        scan.unreadable += 1
      }
      try ticker.count(scan.records)
    }
    scan.depth = context.depth
    scan.repeatedFields = root.documents.repeatedFields
    scan.uncounted = root.documents.uncounted
    scan.fields = root.table.fields.map { $0.result(under: ValuePath([]), of: root.documentNumber) }
    try ticker.end(scan.records)
    return scan
  }

  var source: ScannedSource {
    let url = settings.redactedURL
    // A user without a password, or a password's place, would make a URL that looks whole and isn't.
    let isWhole = !url.contains("@") && !url.contains("***")
    return ScannedSource(
      kind: .mongo, display: "\(url), database \(settings.database)", url: isWhole ? url : nil,
      database: settings.database, name: settings.database)
  }
}
