public import Codec
public import Mapping

/// What is done to one record of a source, whose place and value were found to refer to nothing.
public enum RecordChange: Sendable, Equatable {
  /// The record goes, if the values still stand at these paths.
  case delete([GuardedValue])
  /// The values at these paths become null, if they still stand there.
  case setNull([GuardedValue])
  /// The values leave the array at this path, if they are still in it.
  case pull(from: ValuePath, [BSONValue])
  /// The elements with this value leave the array, if the value still stands in one of them. An empty `field` is the element
  /// itself.
  case pullElements(from: ValuePath, field: ValuePath, BSONValue)
}

/// A value that must not have changed, by where it stands. Paths name elements by their places.
public struct GuardedValue: Sendable, Equatable {
  public var path: ValuePath
  public var value: BSONValue

  public init(path: ValuePath, value: BSONValue) {
    self.path = path
    self.value = value
  }
}

/// One thread's connection that changes records of a source: for the command whose name says so, and no other.
public protocol RecordWriter: AnyObject {
  /// The same connection, for reading.
  var session: any SourceSession { get }

  /// Begins a batch: reads these records as they are now, as many as fit into memory. Where the store can, nobody else
  /// changes them until ``end(keeping:)``.
  ///
  /// - Returns: A cursor that fills `encoder`, and the locators that didn't fit.
  func begin(_ plan: EntityPlan, _ locators: [BSONDocument], into encoder: RecordEncoder) throws -> (
    cursor: any RecordCursor, rest: [BSONDocument]
  )

  /// A record of the batch as it was read; nil if it wasn't there.
  func record(_ locator: BSONDocument) -> BSONDocument?

  /// Makes a change, unless what it is about has changed in the meantime. Returns whether it was made.
  func apply(_ change: RecordChange, to locator: BSONDocument, of entity: Entity) throws -> Bool

  /// The record as it is now; nil if it isn't there.
  func current(_ locator: BSONDocument, of entity: Entity) throws -> BSONDocument?

  /// How many records the entity's collection or table has, counted one by one.
  func count(of entity: Entity) throws -> Int

  /// Deletes these records, whatever is in them, at once. Returns how many were there.
  func remove(_ locators: [BSONDocument], of entity: Entity) throws -> Int

  /// The foreign keys that the store itself declares.
  func foreignKeys() throws -> [SourceForeignKey]

  /// Hands `body` the locators of the entity's records that a foreign key leads to: from the records with these locators, or
  /// from all of its table.
  func referred(
    by key: SourceForeignKey, to entity: Entity, from locators: [BSONDocument]?,
    _ body: (BSONDocument) throws -> Void
  ) throws

  /// Ends the batch, with its changes or, where the store can, without them.
  func end(keeping: Bool) throws
}

extension RecordSource {
  /// A connection that may write.
  ///
  /// - Throws: ``SourceProblem`` for a source that can't be written.
  public func openWriter() throws -> any RecordWriter {
    throw SourceProblem(entity: identity, message: "records of this source can't be changed")
  }
}
