import Executors
import FileStores
import Foundation
import TestSupport

/// Bytes that follow from a number, as long as one likes.
func someBytes(_ count: Int, seed: UInt64 = 1) -> [UInt8] {
  var random = SeededRandom(seed: seed, stream: 0)
  var bytes: [UInt8] = []
  bytes.reserveCapacity(count + 8)
  // Chance is slow where nothing is optimised; a block whose length divides no part's serves as well.
  while bytes.count < min(count, 65_521) { withUnsafeBytes(of: random.next()) { bytes += $0 } }
  let block = bytes.prefix(65_521)
  while bytes.count < count { bytes += block }
  return Array(bytes.prefix(count))
}

/// Settings for moto, with small parts and short waits.
func motoSettings(bucket: String, prefix: String = "") throws -> S3Settings {
  var settings = try S3Settings(
    bucket: bucket, prefix: prefix, endpoint: try MotoServer.shared().endpoint,
    credentials: AWSCredentials(accessKey: "key", secretKey: "secret"))
  settings.firstWait = 0.01
  return settings
}

/// A store in a bucket of its own.
func motoStore(prefix: String = "") throws -> S3FileStore {
  S3FileStore(try motoSettings(bucket: try MotoServer.shared().makeBucket(), prefix: prefix))
}

/// The kind of failure that `body` throws.
func kindOfFailure(_ body: () async throws -> Void) async -> FileStoreError.Kind? {
  do {
    try await body()
    return nil
  } catch let error as FileStoreError {
    return error.kind
  } catch {
    return nil
  }
}

/// All names of a store, in its order.
func names(_ store: any BlockingFileStore, prefix: String = "") throws -> [String] {
  var found: [String] = []
  try store.walk(prefix: prefix, after: nil, stop: StopFlag(), skipped: { _ in }) {
    found.append($0.name)
    return true
  }
  return found
}
