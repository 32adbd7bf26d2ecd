import Testing

@testable import Inference

@Suite("Names made safe for Postgres")
struct InferenceNamesTests {
  @Test(
    "names become lower snake case",
    arguments: [
      ("firstName", "first_name"), ("First Name", "first_name"), ("HTTPServerURL", "http_server_url"),
      ("_id", "id"), ("__v", "v"), ("ZKIKUSER", "zkikuser"), ("Z_3MESSAGES", "z_3messages"), ("s1f1", "s1f1"),
      ("2015", "_2015"), ("", "field"), ("☃", "field"), ("a.b", "a_b"), ("Größe", "größe"),
      ("ADRESSE", "adresse"),
      ("塞巴", "塞巴"), ("a\tb\n", "a_b"), ("\"", "field"), ("user's", "user_s"), ("utf16leTest", "utf16le_test"),
    ])
  func snakeCase(name: String, safe: String) { #expect(SafeName.of(name, fallback: "field") == safe) }

  @Test("system columns and the names of indexes are left to Postgres")
  func reserved() {
    var columns = NameRegistry(.column)
    #expect(
      columns.assign(["xmin", "ctid", "oid", "xmin_"], fallback: "field") == [
        "xmin__2", "ctid_", "oid_", "xmin_",
      ])
    var tables = NameRegistry(.table)
    #expect(
      tables.assign(["user", "user_pkey", "user_name_idx"], fallback: "unnamed")
        == ["user", "user_pkey_table", "user_name_idx_table"])
  }

  @Test("a name that is safe already stays, whatever else becomes the same")
  func stable() {
    var columns = NameRegistry(.column)
    #expect(
      columns.assign(["User Name", "userName", "user_name"], fallback: "field")
        == ["user_name_2", "user_name_3", "user_name"])
  }

  @Test("random nasty names never collide, and Postgres takes all of them", arguments: 0..<40)
  func never(seed: Int) {
    var random = InferenceRandom(state: UInt64(seed))
    let names = (0..<200).map { _ in Self.nasty(&random) }
    for purpose in [NameRegistry.Purpose.column, .table] {
      var registry = NameRegistry(purpose)
      let safe = registry.assign(names, fallback: "field")
      #expect(safe.count == names.count)
      #expect(Set(safe.map { $0.lowercased() }).count == safe.count)
      for name in safe {
        #expect(!name.isEmpty && name.utf8.count <= 63 && !name.utf8.contains(0), "\(name)")
        #expect(!(name.unicodeScalars.first?.properties.numericType != nil), "\(name)")
        if purpose == .column {
          #expect(!["ctid", "xmin", "cmin", "xmax", "cmax", "tableoid", "oid"].contains(name))
        } else {
          #expect(!["_pkey", "_key", "_fkey", "_idx"].contains(where: name.hasSuffix), "\(name)")
        }
        #expect(name == name.lowercased() || name.unicodeScalars.contains { !$0.isASCII }, "\(name)")
      }
      var again = NameRegistry(purpose)
      #expect(again.assign(names, fallback: "field") == safe)
    }
  }

  private static func nasty(_ random: inout InferenceRandom) -> String {
    let parts = [
      "a", "A", "b", "_", " ", ".", "id", "ID", "Id", "é", "e\u{301}", "É", "ß", "SS", "ẞ", "ı", "İ", "i",
      "2", "_2", "_3",
      "\0", "\"", "'", "\u{200B}", "\u{FEFF}", "😀", "Ǆ", "ǅ", "ﬁ", "fi", "ς", "Σ", "٣", "xmin", "oid",
      "_pkey",
      String(repeating: "long", count: 20), "塞", "\u{301}", "\n", "-", "$", "[]", "½",
    ]
    return (0..<Int(random.next() % 5)).map { _ in parts[Int(random.next() % UInt64(parts.count))] }.joined()
  }
}

/// Random numbers that a test can repeat.
struct InferenceRandom {
  var state: UInt64
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
