import Executors
import Foundation
import TestSupport
import Testing

@testable import FileStores

@Suite("an S3 that is ill")
struct FaultTests {
  private func store(_ server: FaultyS3, _ change: (inout S3Settings) -> Void = { _ in }) throws
    -> S3FileStore
  {
    var settings = try S3Settings(
      bucket: "bucket", endpoint: "http://127.0.0.1:\(server.port)",
      credentials: AWSCredentials(accessKey: "key", secretKey: "verysecret", sessionToken: "verytoken"))
    settings.firstWait = 0.001
    change(&settings)
    return S3FileStore(settings)
  }

  @Test("500, 503 SlowDown, 429 and a connection that ends are tried again, and then it works")
  func passingFailures() async throws {
    let server = try FaultyS3 { number, _ in
      switch number {
      case 0: FaultyS3.failure(500, "InternalError")
      case 1: FaultyS3.failure(503, "SlowDown")
      case 2: nil
      case 3: FaultyS3.answer(429)
      default: FaultyS3.answer(200, headers: "ETag: \"t\"\r\n")
      }
    }
    #expect(try await store(server).save([1, 2, 3], as: "x").stamp == "t")
    #expect(server.requests.count == 5)
    #expect(server.requests.allSatisfy { $0.body == [1, 2, 3] && $0.line == "PUT /bucket/x HTTP/1.1" })
  }

  @Test("a failure that stays is told with its code, status and request, and without a secret")
  func stayingFailure() async throws {
    let server = try FaultyS3 { _, _ in
      FaultyS3.failure(503, "SlowDown", headers: "x-amz-request-id: R77\r\n")
    }
    let store = try store(server) { $0.attempts = 3 }
    let error = await #expect(throws: FileStoreError.self) { try await store.save([1], as: "x") }
    #expect(error?.kind == .unavailable)
    #expect((error?.code, error?.status, error?.requestID) == ("SlowDown", 503, "R77"))
    #expect(server.requests.count == 3)
    #expect(error?.description.contains("very") == false)
  }

  @Test("what another try can't mend isn't tried again")
  func finalFailures() async throws {
    for (status, code, kind) in [
      (403, "AccessDenied", FileStoreError.Kind.denied), (403, "SignatureDoesNotMatch", .settings),
      (403, "RequestTimeTooSkewed", .settings), (400, "InvalidArgument", .refused),
      (501, "NotImplemented", .refused),
      (400, "ExpiredToken", .settings),
    ] {
      let server = try FaultyS3 { _, _ in FaultyS3.failure(status, code) }
      let store = try store(server)
      let error = await #expect(throws: FileStoreError.self) { try await store.save([1], as: "x") }
      #expect(error?.kind == kind, "\(code)")
      #expect(server.requests.count == 1, "\(code)")
    }
    let elsewhere = try FaultyS3 { _, _ in
      FaultyS3.failure(301, "PermanentRedirect", headers: "x-amz-bucket-region: eu-central-1\r\n")
    }
    let store = try store(elsewhere)
    let error = await #expect(throws: FileStoreError.self) { _ = try await store.get("x") }
    #expect(error?.description.contains("AWS_REGION=eu-central-1") == true)
  }

  @Test("an answer that breaks off is gone on with where it ended, with the same file")
  func truncated() async throws {
    let bytes = someBytes(100_000)
    let tag = "ETag: \"t1\"\r\n"
    let server = try FaultyS3 { number, request in
      if number == 0 {
        return FaultyS3.answer(200, headers: tag, length: bytes.count, Array(bytes[..<30_000]))
      }
      guard request.headers["range"] == "bytes=30000-", request.headers["if-match"] == "\"t1\"" else {
        return FaultyS3.answer(400)
      }
      return FaultyS3.answer(
        206, headers: tag + "Content-Range: bytes 30000-99999/100000\r\n", Array(bytes[30_000...]))
    }
    #expect(try await store(server).get("x") == bytes)
    #expect(server.requests.count == 2)
  }

  @Test("an answer may break off more often than there are tries, as long as it comes forward")
  func oftenTruncated() async throws {
    let bytes = someBytes(20_000)
    let server = try FaultyS3 { number, _ in
      let start = number * 1000
      let range = number == 0 ? "" : "Content-Range: bytes \(start)-19999/20000\r\n"
      return FaultyS3.answer(
        number == 0 ? 200 : 206, headers: "ETag: \"t1\"\r\n" + range, length: bytes.count - start,
        Array(bytes[start..<(start + 1000)]))
    }
    #expect(try await store(server) { $0.attempts = 3 }.get("x") == bytes)
    #expect(server.requests.count == 20)
  }

  @Test("a server without ranges begins anew, and what came before isn't taken twice")
  func withoutRanges() async throws {
    let bytes = someBytes(100_000)
    let server = try FaultyS3 { number, _ in
      FaultyS3.answer(
        200, headers: "ETag: \"t1\"\r\n", length: bytes.count, number == 0 ? Array(bytes[..<30_000]) : bytes)
    }
    #expect(try await store(server).get("x") == bytes)
  }

  @Test("a file that was written anew between the pieces is never mixed")
  func changedBetween() async throws {
    let bytes = someBytes(100_000)
    for second in [
      FaultyS3.answer(200, headers: "ETag: \"t2\"\r\n", bytes), FaultyS3.failure(412, "PreconditionFailed"),
      FaultyS3.answer(206, headers: "ETag: \"t1\"\r\nContent-Range: bytes 0-99999/100000\r\n", bytes),
    ] {
      let server = try FaultyS3 { number, _ in
        number > 0
          ? second
          : FaultyS3.answer(200, headers: "ETag: \"t1\"\r\n", length: bytes.count, Array(bytes[..<30_000]))
      }
      let store = try store(server)
      #expect(await kindOfFailure { _ = try await store.get("x") } == .damaged)
    }
  }

  @Test("an answer that always breaks off is an error, and no file appears")
  func alwaysTruncated() async throws {
    let server = try FaultyS3 { _, _ in
      FaultyS3.answer(200, headers: "ETag: \"t\"\r\n", length: 1000, [1, 2, 3])
    }
    let folder = try TemporaryFolder()
    let store = try store(server) { $0.attempts = 3 }
    #expect(await kindOfFailure { try await store.download("x", to: folder.path + "/x") } != nil)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [])
  }

  @Test("an upload in parts that fails is given up at the server, too")
  func partsGivenUp() async throws {
    let server = try FaultyS3 { _, request in
      if request.line.contains("?uploads=") {
        return FaultyS3.answer(
          200,
          Array("<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>".utf8)
        )
      }
      if request.line.contains("partNumber=2") { return FaultyS3.failure(403, "AccessDenied") }
      return FaultyS3.answer(200, headers: "ETag: \"p\"\r\n")
    }
    let store = try store(server) { $0.partSize = 1000 }
    #expect(await kindOfFailure { try await store.save(someBytes(2500), as: "x") } == .denied)
    #expect(server.requests.last?.line == "DELETE /bucket/x?uploadId=U1 HTTP/1.1")
  }

  @Test("a completion that fails with status 200 is tried again; one whose answer was lost is recognised")
  func completion() async throws {
    let bytes = someBytes(2500)
    let digest = FileDigest.hex(try FileDigest.of(bytes))
    let server = try FaultyS3 { number, request in
      if request.line.contains("?uploads=") {
        return FaultyS3.answer(
          200,
          Array("<InitiateMultipartUploadResult><UploadId>U1</UploadId></InitiateMultipartUploadResult>".utf8)
        )
      }
      if request.line.hasPrefix("POST") {
        return number == 4
          ? FaultyS3.answer(200, Array("<Error><Code>InternalError</Code><Message>m</Message></Error>".utf8))
          : FaultyS3.failure(404, "NoSuchUpload")
      }
      if request.line.hasPrefix("HEAD") {
        return FaultyS3.answer(
          200, headers: "ETag: \"done\"\r\nx-amz-meta-sha256: \(digest)\r\n", length: 2500)
      }
      return FaultyS3.answer(200, headers: "ETag: \"p\"\r\n")
    }
    #expect(try await store(server) { $0.partSize = 1000 }.save(bytes, as: "x").stamp == "done")
  }

  @Test("a server that doesn't know conditions is asked before, and written to without one")
  func noConditions() async throws {
    let server = try FaultyS3 { _, request in
      if request.line.hasPrefix("HEAD") { return FaultyS3.answer(404) }
      return request.headers["if-none-match"] == nil
        ? FaultyS3.answer(200, headers: "ETag: \"t\"\r\n") : FaultyS3.failure(501, "NotImplemented")
    }
    let store = try store(server)
    let info = try await BlockingThread.run {
      try store.write("x", .onlyNew, stop: StopFlag()) { sink in try [1].withUnsafeBytes { try sink($0) } }
    }
    #expect(info.stamp == "t")
  }

  @Test("a cancelled task ends its transfer, and the wait between tries")
  func cancelled() async throws {
    let server = try FaultyS3 { _, _ in FaultyS3.failure(503, "SlowDown") }
    let store = try store(server) { $0.firstWait = 600 }
    let task = Task { try await store.save([1], as: "x") }
    while server.requests.isEmpty { await Task.yield() }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }

  @Test("what isn't a list of S3 isn't taken for an empty one")
  func wrongLists() async throws {
    for body in [
      "<html><body>Welcome</body></html>", "", "<ListBucketResult><Contents><Key>a</Key>",
      "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
      "<ListBucketResult><Contents><Key>a</Key></Contents></ListBucketResult>",
    ] {
      let server = try FaultyS3 { _, _ in FaultyS3.answer(200, Array(body.utf8)) }
      let store = try store(server)
      #expect(await kindOfFailure { _ = try await store.list() } == .refused, "\(body)")
    }
  }
}
