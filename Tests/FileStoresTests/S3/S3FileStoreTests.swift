import Executors
import Foundation
import TestSupport
import Testing

@testable import FileStores

@Suite("files in S3", .enabled(if: MotoServer.folder != nil, "moto isn't here: scripts/setup installs it"))
struct S3FileStoreTests {
  @Test("saved, read, listed, replaced, deleted")
  func wholeWay() async throws {
    let store = try motoStore(prefix: "uploads")
    let saved = try await store.save(Array("cat".utf8), as: "2026/cat.txt")
    #expect(saved.digest == "77af778b51abd4a3c51c5ddd97204a9c3ae614ebccb75a606c3b6865aed6744e")
    #expect(try await store.get("2026/cat.txt") == Array("cat".utf8))
    #expect(try await store.exists("2026/cat.txt"))
    #expect(try await !store.exists("2026"))
    let info = try #require(try await store.info(of: "2026/cat.txt"))
    #expect(info == saved)
    try await store.save([], as: "2026/empty")
    #expect(try await store.get("2026/empty") == [])
    #expect(try await store.list().files.map(\.name) == ["2026/cat.txt", "2026/empty"])
    #expect(try await store.delete("2026/cat.txt"))
    #expect(try await !store.delete("2026/cat.txt"))
    #expect(await kindOfFailure { _ = try await store.get("2026/cat.txt") } == .notFound)
  }

  @Test("odd names come back as they went, from lists, too")
  func oddNames() async throws {
    let store = try motoStore(prefix: "odd")
    let all = [
      "a b", "a+b", "a%20b", "a%b", "c//d", "/lead", "é", "e\u{301}", "日本/ж.png", "q?x=1&y#z", "'\"<>&;",
      "$@!*()",
      "tab\there", "emoji 🦫",
    ]
    for name in all { try await store.save(Array(name.utf8), as: name) }
    for name in all { #expect(try await store.get(name) == Array(name.utf8), "\(name)") }
    let expected = all.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
    let found = try names(store).map { Array($0.utf8) }
    #expect(found.sorted { $0.lexicographicallyPrecedes($1) } == expected)
    for name in all { #expect(try await store.delete(name)) }
    #expect(try names(store) == [])
    #expect(await kindOfFailure { try await store.save([1], as: "a/../b") } == .badName)
  }

  @Test("a list goes on over its pages, and from a name on")
  func pages() async throws {
    let store = try motoStore(prefix: "p")
    for number in 0..<7 { try await store.save([1], as: "f\(number)") }
    let first = try await store.list(prefix: "f", next: nil, limit: 4)
    #expect(first.files.map(\.name) == ["f0", "f1", "f2", "f3"])
    let second = try await store.list(prefix: "f", next: first.next, limit: 4)
    #expect(second.files.map(\.name) == ["f4", "f5", "f6"])
    #expect(second.next == nil)
  }

  @Test(
    "a file larger than a part goes in parts, from bytes, a file and a stream, and is verified when it's read"
  )
  func parts() async throws {
    var settings = try motoSettings(bucket: try MotoServer.shared().makeBucket())
    settings.partSize = 5 << 20
    let store = S3FileStore(settings)
    let bytes = someBytes((11 << 20) + 3)
    let digest = FileDigest.hex(try FileDigest.of(bytes))
    let saved = try await store.save(bytes, as: "big")
    #expect(saved.digest == digest)
    #expect(try await store.info(of: "big") == saved)
    // A tag of three parts, so it went in three.
    #expect(saved.stamp.hasSuffix("-3"))
    #expect(try await store.digest(of: "big") == digest)
    let again = try await store.withLocalCopy(of: "big") { [settings] path in
      try await S3FileStore(settings).save(contentsOf: path, as: "again")
    }
    #expect(again.digest == digest)
    #expect(try await store.digest(of: "again") == digest)
    let stream = AsyncStream<[UInt8]> { continuation in
      for start in stride(from: 0, to: bytes.count, by: 1 << 20) {
        continuation.yield(Array(bytes[start..<min(bytes.count, start + 1 << 20)]))
      }
      continuation.finish()
    }
    #expect(try await store.save(stream, as: "streamed").digest == digest)
  }

  @Test("only-new writes leave what is there, in one request and in parts")
  func onlyNew() async throws {
    var settings = try motoSettings(bucket: try MotoServer.shared().makeBucket())
    settings.partSize = 5 << 20
    let store = S3FileStore(settings)
    for (name, size) in [("small", 10), ("large", 6 << 20)] {
      let old = someBytes(size, seed: 1)
      let new = someBytes(size, seed: 2)
      func write(_ bytes: [UInt8]) throws {
        _ = try store.write(name, .onlyNew, stop: StopFlag()) { sink in
          try bytes.withUnsafeBytes { try sink($0) }
        }
      }
      try write(old)
      #expect(await kindOfFailure { try write(new) } == .exists)
      // Our own bytes, as after an answer that was lost, are no conflict.
      try write(old)
      #expect(try await store.get(name) == old)
    }
  }

  @Test("a bucket that isn't there is an error of the settings, and says so")
  func noBucket() async throws {
    let store = S3FileStore(try motoSettings(bucket: "no-such-bucket-of-ours"))
    let error = await #expect(throws: FileStoreError.self) { try await store.save([1], as: "x") }
    #expect(error?.kind == .settings)
    #expect(error?.code == "NoSuchBucket")
    #expect(error?.description.contains("secret") == false)
  }

  @Test("bytes that aren't those that were saved are found when they're read")
  func damaged() async throws {
    let store = try motoStore()
    let other = FileDigest.hex(try FileDigest.of([9]))
    let request = S3Client.Request(
      method: "PUT", name: "x", headers: [(S3FileStore.digestHeader, other)], body: [1, 2, 3])
    _ = try store.client.send(request, stop: StopFlag())
    #expect(await kindOfFailure { _ = try await store.get("x") } == .damaged)
  }
}
