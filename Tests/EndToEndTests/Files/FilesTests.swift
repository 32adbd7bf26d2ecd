import Foundation
import TestSupport
import Testing

@Suite("kedge files")
struct FilesTests {
  private let folder: TemporaryFolder
  private let target: TestPostgres

  init() throws {
    folder = try TemporaryFolder()
    target = try TestPostgres()
    for number in 0..<12 {
      try folder.write("data/uploads/2026/file \(number).txt", "upload \(number)")
      try folder.write("data/generated/é\(number).txt", String(repeating: "g", count: number))
    }
  }

  private func files(_ arguments: [String], environment: [String: String] = [:]) throws -> Program.Outcome {
    try Program.kedge.run(["files"] + arguments, environment: environment, in: folder.path)
  }

  /// Every file below a folder with its bytes, by its path there.
  private func contents(_ name: String) throws -> [String: Data] {
    var found: [String: Data] = [:]
    let root = folder.path + "/" + name
    for path in try FileManager.default.subpathsOfDirectory(atPath: root) {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: root + "/" + path, isDirectory: &isFolder),
        !isFolder.boolValue
      else { continue }
      found[path] = FileManager.default.contents(atPath: root + "/" + path)
    }
    return found
  }

  @Test("copied once, remembered in the target, and every row finds its file")
  func copyAndVerify() throws {
    let copy = ["copy", "--from", "local:data", "--to", "local:new", "--target", target.url, "--json"]
    let dry = try files(copy + ["--dry-run"])
    #expect(dry.code == 0, "\(dry.errors)")
    #expect(try dry.json()["copied"] as? Int == 24)
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/new"))
    let first = try files(copy)
    #expect(first.code == 0, "\(first.errors)")
    #expect(try first.json()["copied"] as? Int == 24)
    #expect(try contents("new") == contents("data"))
    #expect(try target.value("SELECT count(*) FROM kedge.moved_files") == "24")
    let second = try files(copy)
    #expect(try second.json()["unchanged"] as? Int == 24)

    try target.execute(
      """
      CREATE TABLE public.media_files (id bigint PRIMARY KEY, store text NOT NULL, path text);
      INSERT INTO public.media_files SELECT n, 'uploads', '2026/file ' || n || '.txt' FROM generate_series(0, 9) n;
      INSERT INTO public.media_files VALUES (20, 'uploads', NULL), (21, 'generated', 'é3.txt')
      """)
    let verify = [
      "verify", "--table", "public.media_files", "--column", "path", "--store-column", "store", "--at",
      "local:new",
      "--target", target.url,
    ]
    let whole = try files(verify + ["--json"])
    #expect(whole.code == 0, "\(whole.errors)")
    let counts = try whole.json()
    #expect(counts["rows"] as? Int == 12)
    #expect(counts["found"] as? Int == 11)
    #expect(counts["without_file"] as? Int == 1)
    #expect(counts["unnamed"] as? Int == 13)

    try target.execute("INSERT INTO public.media_files VALUES (30, 'uploads', '2026/gone.txt')")
    let missing = try files(verify + ["--json"])
    #expect(missing.code == 3)
    let rows = try missing.json()["missing_rows"] as? [[String: Any]]
    #expect(rows?.map { $0["key"] as? [String] } == [["30"]])
    #expect(rows?.map { $0["file"] as? String } == ["uploads/2026/gone.txt"])
    let text = try files(verify + ["--store", "uploads"])
    #expect(text.code == 3)
    #expect(text.output.contains("id = 30: no file uploads/2026/gone.txt"))
    #expect(text.output.contains("12 files, 2 of them named by no row"))

    // Without a key, by the row's place; in a view, by the name; and what comes before the name can be taken off.
    try target.execute(
      """
      CREATE TABLE public.loose AS SELECT '/srv/' || store || '/' || path AS file FROM public.media_files WHERE id > 20;
      CREATE VIEW public.seen AS SELECT file FROM public.loose
      """)
    for (table, key) in [("loose", "(0,2)"), ("public.seen", "/srv/uploads/2026/gone.txt")] {
      let outcome = try files([
        "verify", "--table", table, "--column", "file", "--without-prefix", "/srv/", "--at", "local:new",
        "--target",
        target.url, "--json",
      ])
      #expect(outcome.code == 3, "\(outcome.errors)")
      let rows = try outcome.json()["missing_rows"] as? [[String: Any]]
      #expect(rows?.map { $0["key"] as? [String] } == [[key]])
    }
  }

  @Test("a file that differs at the destination is left alone and told, with exit code 3")
  func differing() throws {
    try folder.write("new/uploads/2026/file 3.txt", "another")
    let copy = ["copy", "--from", "local:data", "--to", "local:new", "--no-memory", "--store", "uploads"]
    let first = try files(copy + ["--json"])
    #expect(first.code == 3)
    #expect(try first.json()["copied"] as? Int == 11)
    let named = try first.json()["differing"] as? [[String: Any]]
    #expect(named?.map { $0["name"] as? String } == ["uploads/2026/file 3.txt"])
    #expect(
      try String(contentsOfFile: folder.path + "/new/uploads/2026/file 3.txt", encoding: .utf8) == "another")
    let second = try files(copy + ["--overwrite"])
    #expect(second.code == 0)
    #expect(try contents("new/uploads") == contents("data/uploads"))
    #expect(!FileManager.default.fileExists(atPath: folder.path + "/new/generated"))
  }

  @Test("places that can't be right are usage errors, and say why")
  func wrongPlaces() throws {
    for (arguments, says) in [
      (["--from", "data", "--to", "local:new"], "local:DIR or s3://bucket/prefix"),
      (["--from", "local:none", "--to", "local:new"], "none"),
      (["--from", "local:data", "--to", "local:data"], "the same place"),
      (["--from", "local:data", "--to", "local:./data/uploads/new"], "lies in the other"),
      (["--from", "local:data", "--to", "s3://bucket"], "AWS_ACCESS_KEY_ID"),
    ] {
      let outcome = try files(
        ["copy", "--no-memory"] + arguments,
        environment: ["AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": ""])
      #expect(outcome.code == 2, "\(arguments)")
      #expect(outcome.errors.contains(says), "\(outcome.errors)")
    }
    let plain = try files(
      ["copy", "--no-memory", "--from", "local:data", "--to", "s3://bucket"],
      environment: [
        "AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "veryverysecret",
        "S3_ENDPOINT": "http://example.com",
      ])
    #expect(plain.code == 2)
    #expect(plain.errors.contains("use https://"))
    #expect(!plain.errors.contains("veryverysecret"))
  }

  @Test(
    "to a bucket, killed on its way again and again: the same end, and nothing half there",
    .enabled(if: MotoServer.folder != nil, "moto isn't here: scripts/setup installs it"))
  func killed() throws {
    let moto = try MotoServer.shared()
    let bucket = try moto.makeBucket()
    let environment = [
      "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "S3_ENDPOINT": moto.endpoint,
    ]
    for number in 0..<60 {
      try folder.write("data/embeddings/\(number)", String(repeating: "\(number) ", count: 20_000))
    }
    let out = [
      "copy", "--from", "local:data", "--to", "s3://\(bucket)/live", "--no-memory", "--workers", "2",
    ]
    // Killed as soon as there is something, and a little later.
    for wanted in [1, 20, 40] {
      let running = try Program.kedge.start(["files"] + out, environment: environment, in: folder.path)
      try waitUntil("\(wanted) files are in the bucket") {
        try !running.isRunning || keys(moto, bucket) >= wanted
      }
      running.send(SIGKILL)
      try running.finish()
    }
    let end = try files(out + ["--json"], environment: environment)
    #expect(end.code == 0, "\(end.errors)")
    let counts = try end.json()
    #expect((counts["copied"] as? Int ?? 0) + (counts["unchanged"] as? Int ?? 0) == 84)
    #expect((counts["unchanged"] as? Int ?? 0) >= 40)
    let back = try files(
      ["copy", "--from", "s3://\(bucket)/live", "--to", "local:back", "--no-memory"], environment: environment
    )
    #expect(back.code == 0, "\(back.errors)")
    #expect(try contents("back") == contents("data"))
  }

  @Test(
    "a large file takes no more memory than a small one, to a bucket and back",
    .enabled(if: MotoServer.folder != nil, "moto isn't here: scripts/setup installs it"))
  func memory() throws {
    let moto = try MotoServer.shared()
    let bucket = try moto.makeBucket()
    let environment = [
      "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "secret", "S3_ENDPOINT": moto.endpoint,
    ]
    let megabytes = 100
    let file = folder.path + "/large/film"
    try folder.write("large/film", "")
    let handle = try #require(FileHandle(forWritingAtPath: file))
    for number in 0..<megabytes {
      try handle.write(contentsOf: Data(repeating: UInt8(number), count: 1 << 20))
    }
    try handle.close()
    for (from, to) in [
      ("local:\(folder.path)/large", "s3://\(bucket)"), ("s3://\(bucket)", "local:\(folder.path)/back"),
    ] {
      let copy = ["files", "copy", "--no-memory", "--from", from, "--to", to]
      let (outcome, peak) = try PeakMemory.finish(try PeakMemory.start(copy, environment: environment))
      #expect(outcome.code == 0, "\(outcome.errors)")
      // A program that holds the file, or half of it, has more.
      #expect(peak < 70_000, "\(peak) kB")
    }
    #expect(FileManager.default.contentsEqual(atPath: file, andPath: folder.path + "/back/film"))
  }

  @Test("what a killed process left half written is gone after the next run")
  func abandoned() throws {
    // As a killed process leaves it: a temporary file that nobody holds.
    try folder.write("new/.kedge-temporary/123-456", "half")
    let outcome = try files(["copy", "--from", "local:data", "--to", "local:new", "--no-memory", "--json"])
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try outcome.json()["abandoned_removed"] as? Int == 1)
    #expect(try contents("new") == contents("data"))
  }

  private func keys(_ moto: MotoServer, _ bucket: String) throws -> Int {
    try moto.request("GET", "/\(bucket)?list-type=2").components(separatedBy: "<Key>").count - 1
  }
}
