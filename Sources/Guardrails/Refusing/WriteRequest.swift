/// A write as it was asked for, in words. What isn't said is nil.
public struct WriteRequest: Sendable, Equatable {
  public var entity: String
  public var store: String
  public var operation: String
  public var writer: String?
  public var fence: Int?
  /// The crossing that its unit of work names.
  public var crossing: String?
  /// The other entities of its unit of work.
  public var others: [String]

  public init(
    entity: String, store: String, operation: String, writer: String? = nil, fence: Int? = nil,
    crossing: String? = nil, others: [String] = []
  ) {
    self.entity = entity
    self.store = store
    self.operation = operation
    self.writer = writer
    self.fence = fence
    self.crossing = crossing
    self.others = others
  }

  init(_ attempt: WriteAttempt) {
    self.init(
      entity: attempt.entity ?? "", store: attempt.store ?? "", operation: attempt.operation.rawValue,
      writer: attempt.writer, fence: attempt.fence, crossing: attempt.crossing, others: attempt.others)
  }
}
