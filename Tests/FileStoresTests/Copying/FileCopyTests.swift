import Executors
import FileStores
import Foundation
import Postgres
import TestSupport
import Testing

@Suite("copying files")
struct FileCopyTests {
  private let folder: TemporaryFolder
  private let source: LocalFileStore

  init() async throws {
    folder = try TemporaryFolder()
    source = try LocalFileStore(path: folder.path + "/source")
    for number in 0..<20 {
      try await source.save(
        someBytes(number * 500, seed: UInt64(number)), as: "uploads/\(number % 3)/f \(number).bin")
    }
    try await source.save([7], as: "generated/é+%.txt")
    try await source.save([8], as: "other/x")
  }

  private func same(_ destination: any BlockingFileStore) throws {
    for name in try names(source) {
      let stop = StopFlag()
      var own: [UInt8] = []
      var other: [UInt8] = []
      _ = try source.read(name, stop: stop) { own += $0 }
      _ = try destination.read(name, stop: stop) { other += $0 }
      #expect(own == other, "\(name)")
    }
  }

  @Test("to a folder: once, then nothing; what differs is left, told, and replaced only when asked for")
  func toFolder() async throws {
    let destination = try LocalFileStore(path: folder.path + "/copy")
    var copy = FileCopy(from: source, to: destination)
    copy.isDry = true
    #expect(try copy.run().copied == 22)
    #expect(try names(destination) == [])
    copy.isDry = false
    let first = try copy.run()
    #expect(first.copied == 22)
    #expect(first.bytes == (0..<20).reduce(0) { $0 + $1 * 500 } + 2)
    #expect(first.isWhole)
    try same(destination)
    #expect(try names(destination) == names(source))
    let second = try copy.run()
    #expect((second.copied, second.unchanged) == (0, 22))

    try await destination.save(someBytes(500, seed: 99), as: "uploads/1/f 1.bin")
    let third = try copy.run()
    #expect((third.copied, third.unchanged, third.differingCount) == (0, 21, 1))
    #expect(third.differing.map(\.name) == ["uploads/1/f 1.bin"])
    #expect(try await destination.get("uploads/1/f 1.bin") == someBytes(500, seed: 99))
    copy.overwrites = true
    let fourth = try copy.run()
    #expect((fourth.copied, fourth.overwritten, fourth.isWhole) == (1, 1, true))
    try same(destination)
  }

  @Test("only the stores that are named")
  func chosenStores() throws {
    let destination = try LocalFileStore(path: folder.path + "/copy")
    var copy = FileCopy(from: source, to: destination)
    copy.stores = ["generated", "other"]
    #expect(try copy.run().copied == 2)
    #expect(try names(destination) == ["generated/é+%.txt", "other/x"])
  }

  @Test("a link among the files is told, and the rest is copied")
  func oddities() throws {
    try FileManager.default.createSymbolicLink(
      atPath: source.path + "/link", withDestinationPath: "/etc/passwd")
    let destination = try LocalFileStore(path: folder.path + "/copy")
    let report = try FileCopy(from: source, to: destination).run()
    #expect((report.copied, report.failedCount) == (22, 1))
    #expect(report.failed.first?.name == "link")
    #expect(!report.isWhole)
  }

  @Test("stopped on its way, it goes on to the same end")
  func stopped() throws {
    let destination = try LocalFileStore(path: folder.path + "/copy")
    let stop = StopFlag()
    var copy = FileCopy(from: source, to: destination, stop: stop)
    copy.workers = 1
    copy.progress = { if $0.copied == 5 { stop.set() } }
    #expect(throws: FileWorkStopped.self) { try copy.run() }
    let there = try names(destination).count
    #expect(there >= 5 && there < 22)
    let report = try FileCopy(from: source, to: destination).run()
    #expect(report.copied + report.unchanged == 22)
    #expect(report.unchanged == there)
    try same(destination)
  }

  @Test(
    "to S3 and back", .enabled(if: MotoServer.folder != nil, "moto isn't here: scripts/setup installs it"))
  func overS3() throws {
    let bucket = try motoStore(prefix: "live/here")
    #expect(try FileCopy(from: source, to: bucket).run().copied == 22)
    try same(bucket)
    #expect(try FileCopy(from: source, to: bucket).run().unchanged == 22)
    let back = try LocalFileStore(path: folder.path + "/back")
    #expect(try FileCopy(from: bucket, to: back).run().copied == 22)
    try same(back)
    let other = try motoStore()
    #expect(try FileCopy(from: bucket, to: other).run().copied == 22)
    try same(other)
  }

  @Test("what the target remembers as verified isn't read again, until either file is written anew")
  func memory() async throws {
    let database = try TestPostgres()
    try CopyMemory.prepare(database.connection)
    let destination = try LocalFileStore(path: folder.path + "/copy")
    var copy = FileCopy(from: source, to: destination)
    copy.memory = { [settings = database.settings, source = source.location, to = destination.location] in
      try CopyMemory(try PostgresConnection(settings), source: source, destination: to)
    }
    #expect(try copy.run().copied == 22)
    #expect(try database.value("SELECT count(*) FROM kedge.moved_files") == "22")
    // Unreadable now: a run that reads them fails.
    let blocked = destination.path + "/other/x"
    let before = try #require(try await destination.info(of: "other/x"))
    try database.execute("UPDATE kedge.moved_files SET digest = 'remembered' WHERE name = 'other/x'")
    #expect(try copy.run().unchanged == 22)
    #expect(try database.value("SELECT digest FROM kedge.moved_files WHERE name = 'other/x'") == "remembered")
    // Written anew with other bytes of the same length: found, for its stamp differs.
    try Data([9]).write(to: URL(fileURLWithPath: blocked))
    #expect(try await destination.info(of: "other/x")?.stamp != before.stamp)
    let report = try copy.run()
    #expect(report.differing.map(\.name) == ["other/x"])
  }
}
