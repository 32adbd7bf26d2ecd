import CoreRepositories
import Database
import Foundation
import Testing

@Suite("The data of i2i")
struct I2ITests {
  private let hash = "$2b$12$" + String(repeating: "a", count: 53)

  @Test("users, images, workflows and jobs, from the upload to the result")
  func course() async throws {
    let scene = try await Scene.postgres("i2i")
    let core = scene.core
    let users = I2I.UserRepository(core)
    let user = try await users.create(I2I.User(email: " Ada@Example.org", passwordHash: hash))
    let other = try await users.create(
      I2I.User(email: "b@example.org", passwordHash: hash, isWhitelisted: true))
    for wrong in ["secret", "$2b$10$" + String(repeating: "a", count: 53), hash + "a"] {
      await #expect(
        throws: RepositoryError.invalid(
          entity: "users", column: "password_hash", rule: "it has to be a bcrypt hash of 12 rounds")
      ) { try await users.create(I2I.User(email: "c@example.org", passwordHash: wrong)) }
    }
    #expect(try await !users.isWhitelisted(email: "ADA@example.org"))
    _ = try await users.setWhitelisted(true, user.id)
    #expect(try await users.isWhitelisted(email: "ADA@example.org"))
    await #expect(throws: RepositoryError.changedMeanwhile(entity: "users", key: "\(user.id)")) {
      try await users.update(user)
    }
    #expect(try await Set(users.page(isWhitelisted: true).items.map(\.id)) == [user.id, other.id])

    let images = I2I.ImageRepository(core)
    let upload = try await images.create(
      I2I.Image(
        userID: user.id, blobKey: "o/1", blobURL: "https://blob/o/1", fileSize: 0, mimeType: "image/png"))
    let workflows = I2I.WorkflowConfigRepository(core)
    let workflow = try await workflows.upsert(
      "apparel",
      I2I.WorkflowConfig(
        name: "Apparel", endpoint: "/run", defaultParameters: JSONText(#"{"a": 1, "b": 2}"#), isEnabled: false
      ))
    let jobs = I2I.ProcessingJobRepository(core)
    func state(_ body: () async throws -> Void) async -> String {
      do {
        try await body()
        return "done"
      } catch RepositoryError.wrongState(_, _, let state, let action) {
        return "\(state), not \(action)"
      } catch { return "\(error)" }
    }
    #expect(
      await state { _ = try await jobs.create(user: user.id, workflow: "apparel", original: upload.id) }
        == "disabled, not used")
    #expect(try await workflows.enabled().isEmpty)
    _ = try await workflows.setEnabled(true, workflow.id)
    #expect(try await workflows.enabled().map(\.id) == ["apparel"])
    #expect(
      await state { _ = try await jobs.create(user: user.id, workflow: "apparel", original: upload.id) }
        == "uploading, not processed")
    #expect(try await images.lost(before: Date() + 60).map(\.id) == [upload.id])
    let original = try await images.arrived(upload.id, fileSize: 1000, width: 640, height: 480)
    #expect(original.status == .ready)
    await #expect(throws: RepositoryError.notFound(entity: "images", key: "\(original.id)")) {
      try await jobs.create(user: other.id, workflow: "apparel", original: original.id)
    }

    let job = try await jobs.create(
      user: user.id, workflow: "apparel", original: original.id, parameters: JSONText(#"{"b": 3}"#))
    #expect(try job.parameters.decode([String: Int].self) == ["a": 1, "b": 3])
    #expect(try await jobs.open().map(\.id) == [job.id])
    #expect(await state { _ = try await jobs.fail(job.id, error: "x") } == "pending, not failed")
    let running = try await jobs.start(job.id, externalJobID: "ext-1")
    #expect(running.startedAt != nil)
    #expect(
      await state { _ = try await jobs.start(job.id, externalJobID: "ext-2") } == "processing, not started")
    let foreign = try await images.create(
      I2I.Image(
        userID: other.id, kind: .result, blobKey: "r/0", blobURL: "u", fileSize: 1, mimeType: "image/png"))
    await #expect(throws: RepositoryError.notFound(entity: "images", key: "\(foreign.id)")) {
      try await jobs.complete(job.id, result: foreign.id)
    }
    #expect(try await jobs.find(externalJobID: "ext-1")?.status == .processing)
    let result = try await images.create(
      I2I.Image(
        userID: user.id, kind: .result, blobKey: "r/1", blobURL: "u", fileSize: 1, mimeType: "image/png",
        width: 1,
        height: 1, status: .ready))
    let done = try await jobs.complete(job.id, result: result.id)
    #expect(done.resultImageID == result.id)
    #expect(done.completedAt != nil)
    #expect(await state { _ = try await jobs.cancel(job.id) } == "completed, not canceled")
    #expect(try await jobs.page(ofUser: user.id).items.map(\.id) == [job.id])
    #expect(try await images.page(ofUser: user.id, kind: .result).items.map(\.id) == [result.id])

    // What the foreign keys say.
    await #expect(throws: DatabaseError.self) { try await workflows.delete("apparel") }
    #expect(try await images.delete(result.id))
    #expect(try await jobs.find(job.id)?.resultImageID == nil)
    #expect(try await users.delete(user.id))
    #expect(try await jobs.find(job.id) == nil)
    #expect(try await workflows.delete("apparel"))
  }
}
