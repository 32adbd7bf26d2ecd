import CoreRepositories
import Database
import Foundation
import Guardrails
import Testing

/// The code of docs/repositories.md, over real servers.
@Suite("The page on repositories")
struct DocumentedTests {
  private let price = Decimal(3)

  @Test("one request writes two tables")
  func signUp() async throws {
    let scene = try await Scene.shared("sendfx")
    let database = scene.database
    let guardrails = try Scene.guardrails(of: "sendfx", phase: "core")
    let tag = newTag()
    let email = "\(tag)@Example.org"

    let core = CoreContext(database, by: guardrails)
    let workspace = try await core.transaction { core in
      let owner = try await Sendfx.UserRepository(core).create(Sendfx.User(email: email))
      return try await Sendfx.WorkspaceRepository(core).create(
        Sendfx.Workspace(name: "Acme", slug: tag, ownerID: owner.id))
    }

    let workspaces = Sendfx.WorkspaceRepository(core)
    guard var found = try await workspaces.find(slug: tag) else { return }
    found.description = "Anvils."
    do {
      found = try await workspaces.update(found)
    } catch RepositoryError.changedMeanwhile {
      // Somebody was quicker: read it again, and decide anew.
    }
    #expect(try await workspaces.find(workspace.id)?.description == "Anvils.")

    var slugs: [String] = []
    var cursor: PageCursor?
    repeat {
      let page = try await workspaces.page(after: cursor, limit: 100)
      slugs += page.items.map(\.slug)
      cursor = page.next
    } while cursor != nil
    #expect(slugs.contains(tag))
  }

  @Test("a generation is paid for, or isn't", arguments: OmnihubBackend.allCases)
  func generate(_ backend: OmnihubBackend) async throws {
    let scene = try await backend.scene()
    let user = try await scene.user(10)
    let core = scene.core
    func generate(_ request: Omnihub.Generation) async throws -> JSONText { JSONText("{}") }
    let request = Omnihub.Generation(
      userID: user, type: .image, model: "sdxl", prompt: "A boat", credits: price)

    let credits = Omnihub.CreditRepository(core)
    let reserved = try await credits.reserve(request)
    do {
      try await credits.complete(reserved.id, result: try await generate(request))
    } catch {
      try await credits.fail(reserved.id, error: "No provider answered.")
    }
    #expect(try await credits.balance(of: user) == 7)
  }
}
