internal import Codec
public import Mongo

extension SampleWriter {
  /// Writes all collections of sendfx, and the broken records after the sound ones.
  ///
  /// - Throws: `MongoError`; `SampleError` where a collection holds something and `replacing` is off.
  public func write(_ sample: SendfxSample, to mongo: MongoConnection) throws {
    for collection in SendfxCollection.allCases { try clear(collection.rawValue, mongo) }
    for collection in SendfxCollection.allCases {
      let count = sample.count(collection)
      try insert(into: collection.rawValue, count: count, mongo) { sample.document(collection, $0) }
      report(collection.rawValue, count)
    }
    for number in 0..<sample.broken {
      let place = sample.fault(number).collection.rawValue
      try mongo.insert(place, documents: [sample.brokenDocument(number)])
    }
    if sample.broken > 0 { report("broken records", sample.broken) }
    for number in 0..<sample.dirt {
      try mongo.insert(sample.dirt(number).collection.rawValue, documents: sample.dirtyDocuments(number))
    }
    if sample.dirt > 0 { report("pieces of dirt", sample.dirt) }
  }

  /// Writes all collections of spirits: the sound records, those that are filtered, and the broken ones after them.
  ///
  /// - Throws: as for sendfx.
  public func write(_ sample: SpiritsSample, to mongo: MongoConnection) throws {
    for collection in SpiritsCollection.allCases { try clear(collection.rawValue, mongo) }
    for collection in SpiritsCollection.allCases {
      let count = sample.count(collection) + sample.filtered(collection)
      try insert(into: collection.rawValue, count: count, mongo) { sample.document(collection, $0) }
      report(collection.rawValue, count)
    }
    guard sample.broken > 0 else { return }
    for number in 0..<sample.broken {
      let place = sample.fault(number).collection.rawValue
      try mongo.insert(place, documents: [sample.brokenDocument(number)])
    }
    report("broken records", sample.broken)
  }

  /// Writes plain records into one collection.
  ///
  /// - Throws: as for sendfx.
  public func write(_ records: any MeasuredRecords, to collection: String, of mongo: MongoConnection) throws {
    try clear(collection, mongo)
    try insert(into: collection, count: records.count, mongo) { records.document($0) }
    report(collection, records.count)
  }

  private func clear(_ collection: String, _ mongo: MongoConnection) throws {
    if replacing {
      try mongo.drop(collection)
    } else if try mongo.estimatedCount(collection) > 0 {
      throw SampleError(
        "Collection \(collection) of database \(mongo.settings.database) isn't empty. Add --drop to replace it."
      )
    }
  }

  private func insert(
    into collection: String, count: Int, _ mongo: MongoConnection, _ document: (Int) -> BSONDocument
  ) throws {
    var next = 0
    while next < count {
      let end = min(count, next + SampleWriter.batch)
      try mongo.insert(collection, documents: (next..<end).map(document))
      next = end
    }
  }
}
