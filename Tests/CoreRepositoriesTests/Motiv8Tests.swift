import CoreRepositories
import Database
import Foundation
import Mapping
import Testing

@Suite("The core of motiv8, on both backends")
struct Motiv8Tests {
  enum Backend: String, CaseIterable, Sendable { case postgres, sqlite }

  private static let oldSchema = """
    CREATE TABLE users (
      id INTEGER NOT NULL PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, password_hash VARCHAR(255), name VARCHAR(120),
      is_admin BOOLEAN, plan VARCHAR(20), balance FLOAT, streak INTEGER, preferences TEXT, created_at DATETIME, last_seen FLOAT
    );
    CREATE TABLE goals (
      id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER REFERENCES users (id), program VARCHAR(40), title VARCHAR(200),
      target VARCHAR(20), progress FLOAT, is_done BOOLEAN, tags JSON, due_on VARCHAR(10), deleted INTEGER, created_at VARCHAR(30)
    );
    CREATE TABLE media_files (
      id VARCHAR(36) NOT NULL PRIMARY KEY, user_id INTEGER, store VARCHAR(20), path VARCHAR(255), mime_type VARCHAR(80),
      size_bytes, width, height, sha256 CHAR(64), status VARCHAR(20), uploaded_at INTEGER
    );
    CREATE TABLE generated_items (
      id INTEGER NOT NULL PRIMARY KEY, user_id INTEGER, goal_id INTEGER, media_id VARCHAR(36), kind VARCHAR(20), prompt TEXT,
      model VARCHAR(60), cost FLOAT, parameters JSON, status VARCHAR(20), created_at INTEGER
    );
    CREATE TABLE embeddings (
      id INTEGER NOT NULL PRIMARY KEY, source_id VARCHAR(36), file_id VARCHAR(36), model VARCHAR(60), dimensions INTEGER,
      chunks, norm FLOAT, created_at DATETIME
    );
    """

  private func scene(_ backend: Backend) async throws -> Scene {
    switch backend {
    case .postgres: try await Scene.shared("motiv8")
    case .sqlite: try Scene.sqlite("motiv8", Self.oldSchema)
    }
  }

  @Test("what is written is read again, whichever backend keeps it", arguments: Backend.allCases)
  func both(_ backend: Backend) async throws {
    let scene = try await scene(backend)
    let core = scene.core
    let users = Motiv8.UserRepository(core)
    let tag = newTag()
    let wanted = Motiv8.User(
      email: "\(tag)@Example.org ", name: "Ada", isAdmin: true, plan: .pro,
      balance: Decimal(string: "12.35") ?? 0,
      streakDays: 3, preferences: JSONText(#"{"a": 1}"#),
      lastSeenAt: Date(timeIntervalSince1970: 1_700_000_000.25))
    let user = try await users.create(wanted)
    #expect(user.email == "\(tag)@example.org")
    #expect(user.isAdmin)
    #expect(user.plan == .pro)
    #expect(user.balance == Decimal(string: "12.35"))
    #expect(user.lastSeenAt == wanted.lastSeenAt)
    #expect(user.createdAt == scene.clock.now)
    #expect(try await users.find(email: tag.uppercased() + "@EXAMPLE.org") == user)
    var changed = user
    changed.name = nil
    changed.streakDays = 4
    #expect(try await users.update(changed) == changed)

    let media = Motiv8.MediaRepository(core)
    var files: [Motiv8.MediaRepository.Record] = []
    for number in 0..<5 {
      files.append(
        try await media.create(
          Motiv8.MediaFile(
            userID: user.id, store: number == 0 ? .embeddings : .uploads, path: "2026/\(tag)-\(number).png",
            mimeType: "Image/PNG", sizeBytes: 10, width: 640, height: nil, status: .ready)))
      if number % 2 == 1 { scene.clock.advance(by: 0.001) }
    }
    #expect(files[0].mimeType == "image/png")
    #expect(files[0].width == 640)
    #expect(try await media.find(files[1].id) == files[1])
    #expect(try await media.find(files[1].path, in: .uploads) == files[1])
    #expect(try await media.find(files[1].path, in: .generated) == nil)
    var seen: [Motiv8.MediaRepository.Record] = []
    var cursor: PageCursor?
    repeat {
      let page = try await media.page(ofUser: user.id, after: cursor, limit: 2)
      seen += page.items
      cursor = page.next
    } while cursor != nil
    #expect(Set(seen.map(\.id)) == Set(files.map(\.id)))
    #expect(seen.map(\.createdAt) == seen.map(\.createdAt).sorted(by: >))
    #expect(seen.count == 5)
    #expect(try await media.page(ofUser: user.id, in: .embeddings).items == [files[0]])
    for path in ["/etc/passwd", "a/../b", "..", ""] {
      await #expect(throws: RepositoryError.self) {
        try await media.create(Motiv8.MediaFile(userID: user.id, store: .uploads, path: path, sizeBytes: 1))
      }
    }

    let embeddings = Motiv8.EmbeddingRepository(core)
    let vectors = try await embeddings.create(
      Motiv8.Embedding(
        sourceID: files[1].id, fileID: files[0].id, model: "m", dimensions: 8, chunks: 2, norm: 0.5))
    #expect(try await embeddings.all(from: files[1].id) == [vectors])
    let goals = Motiv8.GoalRepository(core)
    let goal = try await goals.create(
      Motiv8.Goal(
        userID: user.id, title: "Run", target: Decimal(string: "10.5"),
        progress: Decimal(string: "0.25") ?? 0,
        tags: ["a\"b\\c", "ü,d"], dueOn: CalendarDay("2026-12-31")))
    #expect(goal.tags == ["a\"b\\c", "ü,d"])
    #expect(goal.target == Decimal(string: "10.5"))
    #expect(goal.dueOn == CalendarDay("2026-12-31"))
    #expect(goal.createdAt == scene.clock.now)
    #expect(try await goals.page(ofUser: user.id).items == [goal])
    let items = Motiv8.GeneratedItemRepository(core)
    let item = try await items.create(
      Motiv8.GeneratedItem(
        userID: user.id, goalID: goal.id, mediaID: files[1].id, kind: .image, prompt: "p", model: "m",
        cost: Decimal(string: "0.0123") ?? 0))
    #expect(item.mediaID == files[1].id)
    #expect(item.cost == Decimal(string: "0.0123"))
    var over = item
    over.status = .completed
    #expect(try await items.update(over) == over)

    #expect(try await media.delete(files[1].id))
    #expect(try await embeddings.all(from: files[1].id).isEmpty)
    #expect(try await items.find(item.id)?.mediaID == nil)
  }

  @Test("what the old application left is read in the words of today")
  func oldForms() async throws {
    let scene = try await scene(.sqlite)
    try await scene.database.runScript(
      """
      INSERT INTO users VALUES (1, ' OLD@Example.org', NULL, '', 'True', 'PRO', NULL, NULL, '', '2024-02-29 12:30:00.250000',
        1709210000.5);
      INSERT INTO media_files VALUES ('00112233445566778899AABBCCDDEEFF', 1, 'upload', 'a.png', '', '123', '', 480, NULL, 'ok',
        1709210000123);
      INSERT INTO goals VALUES (1, 1, '', ' Run ', ' 10.50 ', NULL, 'yes', '["a"]', '2026-01-31', NULL, '2024-02-29T12:30:00Z');
      INSERT INTO goals VALUES (2, 1, NULL, 'Gone', NULL, 0, 0, NULL, NULL, 1, '2024-02-29T12:30:00Z');
      """)
    let user = try #require(try await Motiv8.UserRepository(scene.core).find(1))
    #expect(user.email == "old@example.org")
    #expect(user.isAdmin)
    #expect(user.plan == .pro)
    #expect(user.balance == 0)
    #expect(user.lastSeenAt == Date(timeIntervalSince1970: 1_709_210_000.5))
    #expect(user.createdAt == Date(timeIntervalSince1970: 1_709_209_800.25))
    let id = try #require(UUID(uuidString: "00112233-4455-6677-8899-AABBCCDDEEFF"))
    let file = try #require(try await Motiv8.MediaRepository(scene.core).find(id))
    #expect((file.store, file.status, file.sizeBytes) == (.uploads, .ready, 123))
    #expect((file.width, file.height, file.mimeType) == (nil, 480, nil))
    #expect(file.createdAt == Date(timeIntervalSince1970: 1_709_210_000.123))
    let goals = try await Motiv8.GoalRepository(scene.core).page(ofUser: 1).items
    #expect(goals.map(\.title) == ["Run"])
    #expect(goals.first?.isDone == true)
    #expect(goals.first?.target == Decimal(string: "10.5"))
    #expect(goals.first?.content.tags == ["a"])
  }
}
