import Codec
import Foundation
import Testing

@testable import Mapping

@Suite("The JSON Schema")
struct SchemaTests {
  private func check<Key: VocabularyKey>(_ type: Key.Type) throws {
    let definition = try SchemaDocument().definition(Key.definition)
    let properties = try #require(definition["properties"] as? [String: Any])
    #expect(Set(properties.keys) == Set(Key.words), "\(Key.object)")
    #expect(
      Set(definition["required"] as? [String] ?? []) == Set(Key.needed.map(\.rawValue)), "\(Key.object)")
    #expect(definition["additionalProperties"] as? Bool == false, "\(Key.object)")
    #expect(definition["description"] is String)
  }

  @Test("it has every key that the parser knows, and no other")
  func keys() throws {
    try check(SetKey.self)
    try check(SetAuditKey.self)
    try check(SetGuardKey.self)
    try check(GuardKey.self)
    try check(CrossingKey.self)
    try check(StoreKey.self)
    try check(EntityKey.self)
    try check(SourceKey.self)
    try check(TargetKey.self)
    try check(FieldKey.self)
    try check(AbsenceKey.self)
    try check(BooleanWordsKey.self)
    try check(ChildKey.self)
    try check(ReferenceKey.self)
    try check(FilterKey.self)
    try check(QuarantineKey.self)
    try check(UnmappedKey.self)
    try check(AuditKey.self)
    try check(ResetKey.self)
    try check(NamedTypeKey.self)
    try check(GeneratedKey.self)
    let entity = try SchemaDocument().definition("entity")
    #expect((entity["then"] as? [String: [String]])?["required"] == EntityKey.neededForCore.map(\.rawValue))
    let refused = ((entity["else"] as? [String: Any])?["properties"] as? [String: Any])?.keys
    #expect(Set(refused.map(Array.init) ?? []) == Set(EntityKey.coreOnly.map(\.rawValue)))
  }

  @Test("it has every word that the parser knows, and no other")
  func words() throws {
    let schema = try SchemaDocument()
    func words(_ definition: String, _ key: String) throws -> [String] {
      let properties = try #require(schema.definition(definition)["properties"] as? [String: Any])
      return try #require((properties[key] as? [String: Any])?["enum"] as? [String])
    }
    #expect(try words("store", "kind").sorted() == Store.Kind.allCases.map(\.rawValue).sorted())
    #expect(try words("store", "read-preference") == Store.ReadPreference.allCases.map(\.rawValue))
    #expect(try words("store", "read-concern") == Store.ReadConcern.allCases.map(\.rawValue))
    #expect(try words("entity", "owner") == Entity.Owner.allCases.map(\.rawValue))
    #expect(try words("entity", "phase") == Entity.Phase.allCases.map(\.rawValue))
    #expect(try words("setAudit", "undeclared") == UndeclaredRule.allCases.map(\.rawValue))
    #expect(try words("setGuard", "mode") == GuardMode.allCases.map(\.rawValue))
    #expect(try words("guard", "mode") == GuardMode.allCases.map(\.rawValue))
    #expect(try words("guard", "fence") == FenceWord.allCases.map(\.rawValue))
    #expect(try words("reference", "on-delete") == Reference.OnDelete.allCases.map(\.rawValue))
    for key in ["missing", "null", "empty"] {
      #expect(try words("child", key) == ChildTable.ArrayAbsence.allCases.map(\.rawValue))
    }
    #expect(try words("child", "null-element") == ChildTable.NullElement.allCases.map(\.rawValue))
    #expect(try words("unmapped", "others") == UnmappedRule.Others.allCases.map(\.rawValue))
    #expect(
      try schema.definition("unmappedWord")["enum"] as? [String]
        == UnmappedRule.Others.allCases.map(\.rawValue))
    #expect(try words("reference", "enforce") == Reference.Enforcement.allCases.map(\.rawValue))

    let forms = try #require(schema.definition("transform")["anyOf"] as? [[String: Any]])
    #expect(
      forms[0]["enum"] as? [String]
        == TransformWord.allCases.filter { $0.argument != .needed }.map(\.rawValue))
    let arguments = try #require(forms[1]["properties"] as? [String: Any])
    #expect(
      Set(arguments.keys) == Set(TransformWord.allCases.filter { $0.argument != .none }.map(\.rawValue)))
    #expect(
      (arguments["epoch"] as? [String: Any])?["enum"] as? [String] == EpochUnit.allCases.map(\.rawValue))
    #expect(
      (arguments["interval"] as? [String: Any])?["enum"] as? [String] == IntervalUnit.allCases.map(\.rawValue)
    )
    #expect((arguments["uuid"] as? [String: Any])?["enum"] as? [String] == UUIDOrder.allCases.map(\.rawValue))
  }

  private func accepts(_ text: String) throws -> Bool {
    let log = DiagnosticLog()
    let node = try #require(
      YAMLDocument.read(SourceText(file: "f", text: text), log: log), "\(log.diagnostics)")
    return try SchemaDocument().accepts(node)
  }

  @Test("it accepts what the parser accepts")
  func accepted() throws {
    #expect(try accepts(WholeLanguageTests.setFile))
    #expect(try accepts(WholeLanguageTests.usersFile))
    #expect(try accepts(WholeLanguageTests.workspacesFile))
    for example in try ReferencePage().sets.flatMap({ $0 }) {
      #expect(try accepts(example.text), "\(example.text)")
    }
  }

  @Test(
    "it refuses what is wrong in form",
    arguments: [
      "set: x", "set: x\nstores: { a: { kind: oracle } }",
      "entity: x\nowner: core\nsource: { store: a, collection: b }",
      "entity: x\nowner: feature\nsource: { store: a }",
      "entity: x\nowner: feature\nsource: { store: a, collection: b, table: c }",
      "entity: x\nowner: feature\nphase: core\nsource: { store: a, collection: b }",
      users("a: { typ: text }"), users("a: { type: text, missing: keep }"),
      users("a: { type: text, transforms: [triim] }"), users("a: { type: text, transforms: [epoch] }"),
      users("a: { type: text, required: maybe }"),
      users("a: text", "filters: [{ field: a }]"), users("a: text", "references: [{ columns: a }]"),
      users("a: text", "quarantine: { limit: -1 }"), users("a: text", "quarantine: { limit: \"1 %\" }"),
      users("a: text", "unmapped: drop"), users("a: text", "unmapped: { ignored: [a] }"),
      users("a: text", "children: { x: { missing: null, fields: { z: text } } }"),
      users("a: text", "children: { x: { from: y, fields: { z: text } } }"),
    ])
  func refused(_ text: String) throws { #expect(try !accepts(text)) }
}
