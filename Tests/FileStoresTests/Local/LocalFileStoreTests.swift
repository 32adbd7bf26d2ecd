import Executors
import Foundation
import TestSupport
import Testing

@testable import FileStores

@Suite("files in a folder")
struct LocalFileStoreTests {
  private let folder: TemporaryFolder
  private let store: LocalFileStore

  init() throws {
    folder = try TemporaryFolder()
    store = try LocalFileStore(path: folder.path + "/store")
  }

  @Test("saved, read, listed, replaced, deleted")
  func wholeWay() async throws {
    let saved = try await store.save(Array("cat".utf8), as: "2026/a/cat.txt")
    #expect(saved.size == 3)
    #expect(saved.digest == "77af778b51abd4a3c51c5ddd97204a9c3ae614ebccb75a606c3b6865aed6744e")
    #expect(try await store.get("2026/a/cat.txt") == Array("cat".utf8))
    #expect(try await store.exists("2026/a/cat.txt"))
    #expect(try await !store.exists("2026/a"))
    #expect(try await !store.exists("2026/b/cat.txt"))
    try await store.save(Array("dog!".utf8), as: "2026/a/cat.txt")
    #expect(try await store.get("2026/a/cat.txt") == Array("dog!".utf8))
    #expect(try await store.info(of: "2026/a/cat.txt")?.size == 4)
    #expect(try await store.digest(of: "2026/a/cat.txt").hasPrefix("13bd8abf32b21d70"))
    #expect(try await store.delete("2026/a/cat.txt"))
    #expect(try await !store.delete("2026/a/cat.txt"))
    #expect(await kindOfFailure { _ = try await store.get("2026/a/cat.txt") } == .notFound)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path + "/store/.kedge-temporary") == [])
  }

  @Test("lists go by the bytes of whole names, in pages, and know nothing of temporary files")
  func lists() async throws {
    let all = ["a", "a!", "a/b", "a/b!c", "a/b/c", "a/ä", "a0", "b/+ %", "b/\u{e9}", "b/e\u{301}"]
    for name in all where name != "a" && name != "a/b" { try await store.save([1], as: name) }
    let expected = all.filter { $0 != "a" && $0 != "a/b" }.sorted {
      $0.utf8.lexicographicallyPrecedes($1.utf8)
    }
    var found: [String] = []
    var next: String?
    repeat {
      let page = try await store.list(prefix: "", next: next, limit: 3)
      #expect(page.files.count <= 3)
      found += page.files.map(\.name)
      next = page.next
    } while next != nil
    // By their bytes: the two ways to write é are one text to Swift, and two files.
    #expect(found.map { Array($0.utf8) } == expected.map { Array($0.utf8) })
    #expect(try names(store, prefix: "a/b") == ["a/b!c", "a/b/c"])
    #expect(try names(store, prefix: "nothing") == [])
  }

  @Test(
    "no name leads out of the folder",
    arguments: [
      "", "..", "../x", "a/../../x", "/etc/passwd", "a/./b", "a//b", "a/", ".", "a\0b", "x/..", "../store/x",
      ".kedge-temporary/x", String(repeating: "n", count: 256), String(repeating: "n/", count: 512) + "n",
      // To Swift no slash at all, as a mark stands on it; to the system one.
      "..\u{2f}\u{301}/x", "a/\u{301}/../../x",
    ])
  func badNames(_ name: String) async throws {
    try folder.write("x", "outside")
    #expect(await kindOfFailure { try await store.save([1], as: name) } == .badName)
    #expect(await kindOfFailure { _ = try await store.get(name) } == .badName)
    #expect(await kindOfFailure { _ = try await store.exists(name) } == .badName)
    #expect(await kindOfFailure { try await store.delete(name) } == .badName)
    #expect(try String(contentsOfFile: folder.path + "/x", encoding: .utf8) == "outside")
  }

  @Test("links aren't followed, neither as folders nor as files")
  func links() async throws {
    try folder.write("outside/secret", "outside")
    let files = FileManager.default
    try files.createSymbolicLink(atPath: store.path + "/out", withDestinationPath: folder.path + "/outside")
    try files.createSymbolicLink(
      atPath: store.path + "/file", withDestinationPath: folder.path + "/outside/secret")
    #expect(await kindOfFailure { _ = try await store.get("out/secret") } == .badName)
    #expect(await kindOfFailure { _ = try await store.get("file") } == .badName)
    #expect(await kindOfFailure { try await store.save([1], as: "out/new") } == .badName)
    #expect(await kindOfFailure { try await store.delete("file") } == .badName)
    // A mark on the slash: one part to Swift, two to the system.
    #expect(await kindOfFailure { _ = try await store.get("out/\u{301}secret") } != nil)
    #expect(try files.contentsOfDirectory(atPath: folder.path + "/outside") == ["secret"])
    var skipped: [String] = []
    try store.walk(
      prefix: "", after: nil, stop: StopFlag(), skipped: { skipped.append($0.name ?? "") },
      visit: { _ in true })
    #expect(skipped.sorted() == ["file", "out"])
  }

  @Test("of two writers that want a new file one gets it")
  func onlyNew() async throws {
    let store = store
    let outcomes = try await withThrowingTaskGroup(of: FileStoreError.Kind?.self) { group in
      for number in 0..<8 {
        group.addTask {
          await kindOfFailure {
            try await BlockingThread.run {
              _ = try store.write("one", .onlyNew, stop: StopFlag()) { sink in
                try [UInt8(number)].withUnsafeBytes { try sink($0) }
              }
            }
          }
        }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(outcomes.filter { $0 == nil }.count == 1)
    #expect(outcomes.filter { $0 == .exists }.count == 7)
  }

  @Test("a stream of any length is saved; one that throws leaves nothing, not even what was there before it")
  func streams() async throws {
    struct Broken: Error {}
    let pieces = (0..<50).map { someBytes(10_000, seed: $0) }
    let stream = AsyncThrowingStream<[UInt8], any Error> { continuation in
      for piece in pieces { continuation.yield(piece) }
      continuation.finish()
    }
    #expect(try await store.save(stream, as: "whole").size == 500_000)
    #expect(try await store.get("whole") == pieces.flatMap { $0 })
    let broken = AsyncThrowingStream<[UInt8], any Error> { continuation in
      for piece in pieces { continuation.yield(piece) }
      continuation.finish(throwing: Broken())
    }
    await #expect(throws: Broken.self) { try await store.save(broken, as: "broken") }
    #expect(try await !store.exists("broken"))
    #expect(try FileManager.default.contentsOfDirectory(atPath: store.path + "/.kedge-temporary") == [])
  }

  @Test("a local copy is there for the body alone, also when it throws or is cancelled")
  func localCopies() async throws {
    struct Thrown: Error {}
    try await store.save(someBytes(300_000), as: "a/cat.png")
    let path = try await store.withLocalCopy(of: "a/cat.png") { path in
      #expect(FileManager.default.contents(atPath: path).map { Array($0) } == someBytes(300_000))
      #expect(path.hasSuffix(".png"))
      return path
    }
    #expect(!FileManager.default.fileExists(atPath: path))
    await #expect(throws: Thrown.self) {
      try await store.withLocalCopy(of: "a/cat.png") { path in
        try Data("changed".utf8).write(to: URL(fileURLWithPath: path))
        throw Thrown()
      }
    }
    #expect(try await store.get("a/cat.png") == someBytes(300_000))
    let (paths, continuation) = AsyncStream<String>.makeStream()
    let task = Task { [store] in
      try await store.withLocalCopy(of: "a/cat.png") { path in
        continuation.yield(path)
        try await Task.sleep(for: .seconds(600))
      }
    }
    let cancelled = try #require(await paths.first { _ in true })
    #expect(FileManager.default.fileExists(atPath: cancelled))
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(!FileManager.default.fileExists(atPath: cancelled))
  }

  @Test("a download appears whole at its path, and leaves no folder behind")
  func downloads() async throws {
    try await store.save(someBytes(100_000), as: "x")
    try folder.write("out/file", "old")
    let info = try await store.download("x", to: folder.path + "/out/file")
    #expect(info.size == 100_000)
    #expect(
      FileManager.default.contents(atPath: folder.path + "/out/file").map { Array($0) } == someBytes(100_000))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out") == ["file"])
    #expect(
      await kindOfFailure { try await store.download("none", to: folder.path + "/out/none") } == .notFound)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path + "/out") == ["file"])
  }

  @Test("what a file may have at most in memory is kept")
  func limit() async throws {
    try await store.save(someBytes(1000), as: "x")
    #expect(await kindOfFailure { _ = try await store.get("x", limit: 999) } == .tooLarge)
    #expect(try await store.get("x", limit: 1000).count == 1000)
  }

  @Test("temporary files of processes that are gone are removed, those of the living stay")
  func abandoned() async throws {
    let folder = try TemporaryFileFolder(path: store.path + "/.kedge-temporary")
    let living = try TemporaryFile(in: folder)
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.path + "/dead"))
    #expect(try store.removeAbandoned(stop: StopFlag()) == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == [living.name])
  }
}
