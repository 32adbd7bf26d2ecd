internal import Executors
internal import Web

/// Writes that must not replace anything.
extension S3FileStore {
  /// Sends what makes a file, which with `.onlyNew` carries a condition that the server checks.
  ///
  /// A server that doesn't know the condition has it checked by a look right before. And a first try, whose answer was lost,
  /// may itself have made the file that a later one meets: the same bytes under the name are no conflict.
  func sendOnce(
    _ request: inout S3Client.Request, _ writing: FileWriting, _ digest: String, _ size: Int,
    _ stop: StopFlag,
    isGood: (S3Client.Answer) -> Bool = { _ in true }
  ) throws -> HTTPHead {
    guard case .onlyNew = writing, let name = request.name else {
      return try client.send(request, stop: stop, isGood: isGood).head
    }
    do {
      return try client.send(request, stop: stop, isGood: isGood).head
    } catch let error as FileStoreError where error.kind == .exists {
      if let found = try find(name, stop: stop), found.digest == digest, found.size == size {
        return HTTPHead(status: 200, headers: [("etag", found.stamp)])
      }
      throw existing(name)
    } catch let error as FileStoreError where error.status == 501 || error.code == "NotImplemented" {
      if try find(name, stop: stop) != nil { throw existing(name) }
      request.headers.removeAll { $0.name == "if-none-match" }
      return try client.send(request, stop: stop, isGood: isGood).head
    }
  }
}
