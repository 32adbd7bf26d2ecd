import Catalog
import Foundation
import Guardrails
import Mapping
import TestSupport

/// The scenes of the table of cases as folders of mappings, and a target whose schema `kedge` has their phases.
struct GuardTarget {
  let target: TestPostgres
  let folder: TemporaryFolder

  init() throws {
    target = try TestPostgres()
    folder = try TemporaryFolder()
    try Catalog(target.connection).ensure()
    for scene in GuardCases.scenes {
      for file in scene.files { try folder.write("\(scene.name)/\(file.name)", file.text) }
      try target.execute("INSERT INTO kedge.epochs VALUES ('\(scene.name)', \(GuardScene.epoch))")
      for (entity, phase) in scene.live.entities {
        try set(phase.word, phase.epoch, of: entity, in: scene.name)
      }
    }
  }

  /// Sets a phase as `kedge phase set` does.
  func set(_ phase: String, _ epoch: Int, of entity: String, in scene: String) throws {
    try target.execute(
      """
      INSERT INTO kedge.phases (set_name, entity, phase, epoch) VALUES ('\(scene)', '\(entity)', '\(phase)', \(epoch))
      ON CONFLICT (set_name, entity) DO UPDATE SET phase = EXCLUDED.phase, epoch = EXCLUDED.epoch
      """)
    try target.execute(
      "UPDATE kedge.epochs SET epoch = greatest(epoch, \(epoch)) WHERE set_name = '\(scene)'")
  }

  /// Arguments for a command on a scene.
  func arguments(_ scene: String, _ words: String...) -> [String] {
    ["guard"] + words + ["--mappings", folder.path + "/" + scene, "--target", target.url]
  }

  func check(_ scene: String, _ words: String...) throws -> Program.Outcome {
    try Program.kedge.run(arguments(scene, "check") + words)
  }
}

/// What a line of an answer holds.
func object(_ line: some StringProtocol) throws -> [String: Any] {
  guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
    throw UnexpectedResult(description: "no JSON object: \(line)")
  }
  return object
}
