import Foundation
import Testing

@testable import Mapping

/// The examples for Kubernetes under `deploy/` are YAML, and say what their comments promise.
@Suite("Kubernetes examples")
struct DeployManifestTests {
  private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "deploy/kubernetes").path()

  private static let files: [String] = {
    let names = FileManager.default.enumerator(atPath: folder)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".yaml") }.sorted()
  }()

  private func root(_ file: String) throws -> YAMLNode {
    let log = DiagnosticLog()
    let data = try Data(contentsOf: URL(filePath: Self.folder + "/" + file))
    let node = YAMLDocument.read(SourceText(file: file, bytes: Array(data)), log: log)
    #expect(log.diagnostics.isEmpty, "\(log.diagnostics)")
    return try #require(node)
  }

  /// What stands at a path of keys and numbers of list items.
  private func value(_ root: YAMLNode, _ path: String) -> YAMLNode? {
    path.split(separator: ".").reduce(Optional(root)) { node, step in
      if let number = Int(step) {
        return node?.items.flatMap { $0.indices.contains(number) ? $0[number] : nil }
      }
      return node?.pairs?.first { $0.key.scalarText == String(step) }?.value
    }
  }

  private func text(_ root: YAMLNode, _ path: String) -> String? { value(root, path)?.scalarText }

  @Test("each is one document with a kind, and runs kedge without privileges and within limits")
  func all() throws {
    #expect(Self.files == ["audit-cronjob.yaml", "backfill-job.yaml"])
    for file in Self.files {
      let root = try root(file)
      #expect(text(root, "apiVersion") == "batch/v1")
      let job = text(root, "kind") == "CronJob" ? "spec.jobTemplate.spec" : "spec"
      let container = job + ".template.spec.containers.0"
      #expect(text(root, container + ".name") == "kedge")
      #expect(text(root, container + ".resources.limits.memory") == "512Mi")
      #expect(text(root, container + ".securityContext.allowPrivilegeEscalation") == "false")
      #expect(text(root, container + ".securityContext.readOnlyRootFilesystem") == "true")
      // Kubernetes takes such a policy for pods alone that are never restarted.
      #expect(text(root, job + ".template.spec.restartPolicy") == "Never")
      #expect(text(root, job + ".podFailurePolicy.rules.0.onExitCodes.containerName") == "kedge")
    }
  }

  @Test("the audit never runs twice at a time, and isn't made up for")
  func audit() throws {
    let root = try root("audit-cronjob.yaml")
    #expect(text(root, "spec.concurrencyPolicy") == "Forbid")
    #expect(text(root, "spec.startingDeadlineSeconds") == "600")
    #expect(text(root, "spec.schedule")?.split(separator: " ").count == 5)
    let pod = "spec.jobTemplate.spec.template.spec"
    #expect(text(root, pod + ".securityContext.runAsNonRoot") == "true")
    let words = value(root, pod + ".containers.0.command")?.items?.compactMap(\.scalarText)
    #expect(words?.prefix(2) == ["kedge", "audit"])
  }
}
