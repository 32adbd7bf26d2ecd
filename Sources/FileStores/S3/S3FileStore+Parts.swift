internal import Executors
internal import Web

/// Files that are sent in parts: <https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html>
extension S3FileStore {
  /// As many parts as S3 takes for one file.
  private static let mostParts = 10_000

  /// Sends a file in parts, one after the other.
  ///
  /// - Parameter check: throws if the file has changed since its digest was taken; the parts are given up then.
  func putParts(
    _ name: String, _ writing: FileWriting, _ file: OpenFile, _ size: Int, _ digest: String, _ stop: StopFlag,
    check: () throws -> Void
  ) throws -> FileInfo {
    let begin = S3Client.Request(
      method: "POST", name: name, query: [("uploads", "")], headers: headers(.replacing, digest))
    let begun = try client.send(begin, stop: stop)
    guard let upload = XMLElement(begun.body)?["UploadId"]?.text, !upload.isEmpty else {
      throw FileStoreError(
        .refused, store: location, name: name, status: begun.head.status,
        reason: "the server began no upload in parts; its answer can't be read")
    }
    do {
      // Equal but for the last, which some servers insist on.
      let partSize = max(settings.partSize, (size + Self.mostParts - 1) / Self.mostParts)
      var tags: [String] = []
      for offset in stride(from: 0, to: size, by: partSize) {
        tags.append(
          try putPart(name, upload, tags.count + 1, file, offset, min(partSize, size - offset), stop))
      }
      try check()
      let head = try complete(name, upload, tags, writing, digest, size, stop)
      return FileInfo(name: name, size: size, digest: digest, stamp: Self.stamp(head["etag"]))
    } catch {
      giveUp(name, upload)
      throw error
    }
  }

  /// - Returns: the server's tag for the part.
  private func putPart(
    _ name: String, _ upload: String, _ number: Int, _ file: OpenFile, _ offset: Int, _ count: Int,
    _ stop: StopFlag
  ) throws -> String {
    var bytes = [UInt8](repeating: 0, count: count)
    let read = try bytes.withUnsafeMutableBytes { try file.read(at: offset, into: $0) }
    guard read == count else {
      throw FileStoreError(
        .damaged, store: file.title, name: name, reason: "it became shorter while it was read; run it again")
    }
    let request = S3Client.Request(
      method: "PUT", name: name, query: [("partNumber", "\(number)"), ("uploadId", upload)],
      headers: [("content-type", "application/octet-stream")], body: bytes)
    let answer = try client.send(request, stop: stop)
    guard let tag = answer.head["etag"], !tag.isEmpty else {
      throw FileStoreError(
        .refused, store: location, name: name, status: answer.head.status,
        reason: "the server gave a part no tag")
    }
    return tag
  }

  private func complete(
    _ name: String, _ upload: String, _ tags: [String], _ writing: FileWriting, _ digest: String, _ size: Int,
    _ stop: StopFlag
  ) throws -> HTTPHead {
    let parts = tags.enumerated().map { index, tag in
      let text = tag.replacing("&", with: "&amp;").replacing("<", with: "&lt;")
      return "<Part><PartNumber>\(index + 1)</PartNumber><ETag>\(text)</ETag></Part>"
    }
    let body = "<CompleteMultipartUpload>\(parts.joined())</CompleteMultipartUpload>"
    var request = S3Client.Request(
      method: "POST", name: name, query: [("uploadId", upload)],
      headers: [("content-type", "application/xml")],
      body: Array(body.utf8))
    if case .onlyNew = writing { request.headers.append(("if-none-match", "*")) }
    do {
      let head = try sendOnce(&request, writing, digest, size, stop) { answer in
        // A failure after the first byte of the answer comes with status 200.
        XMLElement(answer.body)?.name == "CompleteMultipartUploadResult"
      }
      guard head["etag"] == nil, let found = try find(name, stop: stop) else { return head }
      return HTTPHead(status: head.status, headers: [("etag", found.stamp)])
    } catch let error as FileStoreError where error.code == "NoSuchUpload" {
      // An earlier try was carried out, and its answer lost.
      guard let found = try find(name, stop: stop), found.digest == digest, found.size == size else {
        throw error
      }
      return HTTPHead(status: 200, headers: [("etag", found.stamp)])
    }
  }

  /// Has the server drop the parts. The failure that led here is what the caller is told, whatever comes of this.
  private func giveUp(_ name: String, _ upload: String) {
    let request = S3Client.Request(
      method: "DELETE", name: name, query: [("uploadId", upload)], accepted: [404])
    // Not the caller's flag: that may be what ended it.
    _ = Result { try client.attempt(request, StopFlag()) }
  }
}
