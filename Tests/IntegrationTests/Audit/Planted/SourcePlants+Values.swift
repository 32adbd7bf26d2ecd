import Codec

/// Damage to single values of the source.
enum SourcePlants {
  /// Another value in one field, in whichever source.
  static func set(
    _ name: String, _ field: String, _ value: PlantedValue, before: PlantedValue? = nil,
    only: PlantedStore? = nil, isSame: Bool = false
  ) -> Plant {
    var plant = Plant(
      name + ", in the source", before: before.map { [field: $0] } ?? [:],
      sqlite: "UPDATE things SET \(field) = \(value.sql) WHERE id = {id}",
      mongo: { try $0.set(field, value.bson) }, only: only)
    if !isSame { plant.expected = [.different(field == "tags" ? "things_tags" : field)] }
    return plant
  }

  /// Another value that Mongo alone can hold.
  private static func mongo(
    _ name: String, _ field: String, _ value: BSONValue?, before: PlantedValue? = nil, isSame: Bool = false
  ) -> Plant {
    var plant = Plant(
      name + ", in the source", before: before.map { [field: $0] } ?? [:],
      mongo: { try $0.set(field, value) })
    if !isSame { plant.expected = [.different(field)] }
    return plant
  }

  private static func sqlite(
    _ name: String, _ field: String, _ sql: String, before: PlantedValue? = nil, isSame: Bool = false
  ) -> Plant {
    var plant = Plant(
      name + ", in the source", before: before.map { [field: $0] } ?? [:],
      sqlite: "UPDATE things SET \(field) = \(sql) WHERE id = {id}")
    if !isSame { plant.expected = [.different(field)] }
    return plant
  }

  static let values = [
    set("one trailing space", "name", .text("Ada "), before: .text("Ada")),
    set("a change of case", "name", .text("ada"), before: .text("Ada")),
    set("NFD for NFC", "name", .text("Zoe\u{301}"), before: .text("Zoé")),
    set("a zero-width space", "name", .text("A\u{200B}da"), before: .text("Ada")),
    set(
      "the last byte of a long text", "story",
      .text(String(repeating: "abcdefghi ", count: 399) + "abcdefghi-"),
      before: TargetPlants.longText),
    set("an empty text for NULL", "code", .text(""), before: .null),
    set("NULL for an empty text", "code", .null, before: .text("")),
    set("another personal value", "email", .text("somebody@example.com")),
    set("a flipped bit", "data", .bytes([0, 1, 2, 3]), before: .bytes([0, 1, 3, 3])),
    set("0.1 + 0.2 for 0.3", "ratio", .number(0.1 + 0.2), before: .number(0.3)),
    set("infinity for a number", "ratio", .number(.infinity)),
    set("an integer off by one", "whole", .whole(8), before: .whole(7)),
    set(
      "the neighbour of the largest integer", "whole", .whole(2_147_483_646), before: .whole(2_147_483_647)),
    set(
      "the next whole number past 2^53", "large", .whole(9_007_199_254_740_993),
      before: .whole(9_007_199_254_740_992)),
    set(
      "the last of many digits", "amount",
      .decimal(12_345_678_901_234_568, exponent: -15, "12.345678901234568"),
      before: TargetPlants.fineDecimal),
    set(
      "a decimal number with more zeros", "amount", .decimal(72500, exponent: -4, "7.2500"),
      before: TargetPlants.quarter, isSame: true),
    set("the other flag", "flag", .flag(false), before: .flag(true)),
    set("a millisecond", "at", .at(1_700_000_000_001), before: .at(1_700_000_000_000)),
    set("an hour", "at", .at(1_700_003_600_000), before: .at(1_700_000_000_000)),
    set("a day", "day", .at(86_400_000), before: .at(0)),
    set("a tenth of a second of the day", "clock", .text("12:34:56.6")),
    set("the same time of day, written otherwise", "clock", .text("12:34:56.500"), isSame: true),
    set("another value of an enum", "kind", .text("lost"), before: .text("new")),
    set(
      "one bit of a UUID", "token", .text("00000000-0000-4000-8000-000000000006"), before: TargetPlants.uuid),
    set(
      "an upper-case UUID", "token", .text("00000000-0000-4000-8000-ABCDEFABCDEF"),
      before: .text("00000000-0000-4000-8000-abcdefabcdef"), isSame: true),
    set("another address", "address", .text("10.2.0.1")),
    set("another interval", "idle", .text("PT25H")),
    set("a shorter array", "words", .texts(["red"]), before: .texts(["red", "green"])),
    set("another order of an array", "words", .texts(["green", "red"]), before: .texts(["red", "green"])),
    set("one more element", "words", .texts(["red", "red"]), before: .texts(["red"])),
    set("an empty array for NULL", "words", .texts([]), before: .null),
    set(
      "null for an element", "words", .json(["red", nil], #"["red",null]"#), before: .texts(["red", "green"])),
    set(
      "the order of keys in a document", "detail",
      .json(
        ["l": [1, 2], "w": ["b": nil, "a": 1], "v": 7], #"{"l":[1,2],"w":{"b":null,"a":1},"v":7}"#),
      before: TargetPlants.detail, isSame: true),
    set(
      "a text for a number in a document", "detail",
      .json(
        ["v": "7", "w": ["a": 1, "b": nil], "l": [1, 2]], #"{"v":"7","w":{"a":1,"b":null},"l":[1,2]}"#),
      before: TargetPlants.detail),
    set(
      "a key gone for null in a document", "detail",
      .json(["v": 7, "w": ["a": 1], "l": [1, 2]], #"{"v":7,"w":{"a":1},"l":[1,2]}"#),
      before: TargetPlants.detail),
    set("NULL for a document", "detail", .null),
    set("a child deleted", "tags", .texts(["a", "b"]), before: .texts(["a", "b", "c"])),
    set("a child added", "tags", .texts(["a", "b"]), before: .texts(["a"])),
    set("two children exchanged", "tags", .texts(["b", "a"]), before: .texts(["a", "b"])),
    set("a child where there was none", "tags", .texts(["a"]), before: .null),
    set("all children gone", "tags", .null, before: .texts(["a"])),
  ]

  /// What only documents can hold, or do.
  static let ofMongo = [
    mongo("a field taken away", "name", nil),
    mongo("null for a missing field", "code", .null, before: .null, isSame: true),
    mongo("missing for null", "code", nil, before: .null, isSame: true),
    mongo("-0 for 0", "ratio", .double(-0.0), before: .number(0)),
    mongo("NaN for a number", "ratio", .double(.nan)),
    mongo("NaN with other bits", "ratio", .double(-.nan), before: TargetPlants.nan, isSame: true),
    mongo("the last bit of a double", "ratio", .double(1.0.nextUp), before: .number(1)),
    mongo("a double for an int32 of the same value", "whole", .double(7), before: .whole(7), isSame: true),
    mongo("an int64 for an int32 of the same value", "whole", .int64(7), before: .whole(7), isSame: true),
    mongo(
      "a Decimal128 of another exponent", "amount", .decimal(700, exponent: -2),
      before: .decimal(7, exponent: 0, "7"), isSame: true),
    mongo(
      "a Decimal128 with a large exponent", "amount", .decimal(7, exponent: 2),
      before: .decimal(700, exponent: 0, "700"), isSame: true),
    mongo(
      "an int32 for a Decimal128", "amount", .int32(7), before: .decimal(7, exponent: 0, "7"), isSame: true),
    mongo(
      "a Decimal128 off by the last digit", "amount", .decimal(701, exponent: -2),
      before: .decimal(700, exponent: -2, "7.00")),
    mongo("a field that nothing maps", "unheard_of", 1, isSame: true),
  ]

  /// What only SQLite's values can do.
  static let ofSQLite = [
    sqlite("a whole number for a real of the same value", "ratio", "7", before: .number(7), isSame: true),
    sqlite("the last bit of a double", "ratio", "1.0000000000000002", before: .number(1)),
    sqlite(
      "a space between JSON's tokens", "detail", #"' {"v": 7} '"#,
      before: .json(["v": 7], #"{"v":7}"#), isSame: true),
    sqlite(
      "a number with a point in JSON", "counts", "'[1.0,2]'", before: .json([1, 2], "[1,2]"), isSame: true),
    sqlite("an escape for a letter in JSON", "words", #"'["\u0061"]'"#, before: .texts(["a"]), isSame: true),
    sqlite(
      "a decimal number with a plus sign", "amount", "'+7.25'", before: TargetPlants.quarter, isSame: true),
  ]
}
