public import Executors
internal import Web

extension S3FileStore {
  /// See ``BlockingFileStore``.
  public func walk(
    prefix: String, after: String?, stop: StopFlag, skipped: (FileStoreError) throws -> Void,
    visit: (FileInfo) throws -> Bool
  ) throws {
    var token: String?
    repeat {
      let page = try page(prefix, after, token, stop)
      for file in page.files where !isMarker(file) {
        if let objection = FileName.objection(file.name) {
          try skipped(FileStoreError(.badName, store: location, name: file.name, reason: objection))
        } else if try !visit(file) {
          return
        }
      }
      token = page.token
    } while token != nil
  }

  /// Consoles make such for folders; a folder has none.
  private func isMarker(_ file: FileInfo) -> Bool {
    file.size == 0 && (file.name.isEmpty || file.name.utf8.last == UInt8(ascii: "/"))
  }

  private func page(
    _ prefix: String, _ after: String?, _ token: String?, _ stop: StopFlag
  ) throws -> (files: [FileInfo], token: String?) {
    var query = [
      (name: "list-type", value: "2"), (name: "prefix", value: settings.prefix + prefix),
      // So that a name may hold what XML can't.
      (name: "encoding-type", value: "url"),
    ]
    if let token {
      query.append(("continuation-token", token))
    } else if let after {
      query.append(("start-after", settings.prefix + after))
    }
    let answer = try client.send(S3Client.Request(method: "GET", query: query), stop: stop)
    guard let list = XMLElement(answer.body), list.name == "ListBucketResult" else {
      throw FileStoreError(
        .refused, store: location, status: answer.head.status,
        reason: "the list of files can't be read; is this the address of an S3 server?")
    }
    let isEncoded = list["EncodingType"]?.text == "url"
    let files = try list.all("Contents").map { entry in
      let text = entry["Key"]?.text ?? ""
      guard let key = isEncoded ? Self.decode(text) : text, key.utf8.starts(with: settings.prefix.utf8),
        let size = entry["Size"].flatMap({ Int($0.text) })
      else {
        throw FileStoreError(
          .refused, store: location, reason: "the list of files has an entry that can't be read")
      }
      let name = String(Substring(key.utf8.dropFirst(settings.prefix.utf8.count)))
      return FileInfo(name: name, size: size, digest: nil, stamp: Self.stamp(entry["ETag"]?.text))
    }
    let isMore = list["IsTruncated"]?.text == "true"
    let next = list["NextContinuationToken"]?.text
    guard !isMore || (next != nil && next != token) else {
      throw FileStoreError(
        .refused, store: location, reason: "the list of files isn't whole, and doesn't say how it goes on")
    }
    return (files, isMore ? next : nil)
  }

  /// A key as lists have it: bytes as `%XX`, a space as `+`.
  static func decode(_ text: String) -> String? {
    var out: [UInt8] = []
    var rest = Array(text.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "+"): out.append(32)
      case UInt8(ascii: "%"):
        guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16)
        else {
          return nil
        }
        out.append(value)
        rest = rest.dropFirst(2)
      default: out.append(byte)
      }
    }
    return String(validating: out, as: UTF8.self)
  }
}
