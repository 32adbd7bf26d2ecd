public import Mongo
public import SQLite

/// An error of a store that may be gone when the same is tried again.
public protocol PassingError: Error {
  /// Whether another try may succeed without anybody changing anything.
  var mayPass: Bool { get }
}

extension MongoError: PassingError {
  public var mayPass: Bool { isRetryable }
}

extension SQLiteError: PassingError {
  public var mayPass: Bool { isBusy }
}
