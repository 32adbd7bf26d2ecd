import Codec

/// Damage to single values of the target's main table.
enum TargetPlants {
  /// `UPDATE core.things SET … WHERE id = …`
  static func update(
    _ name: String, _ column: String, to value: String, before: PlantedValue? = nil,
    only: PlantedStore? = nil, isSame: Bool = false
  ) -> Plant {
    var plant = Plant(
      name + ", in the target", before: before.map { [column: $0] } ?? [:],
      target: "UPDATE core.things SET \(column) = \(value) WHERE id = {id}", only: only)
    if !isSame { plant.expected = [.different(column)] }
    return plant
  }

  static let texts = [
    update("one trailing space", "name", to: "name || ' '"),
    update("one leading space", "name", to: "' ' || name"),
    update("a change of case", "name", to: "upper(name)"),
    update("one letter in another case", "code", to: "'c' || substr(code, 2)"),
    update("NFD for NFC", "name", to: "normalize(name, NFD)"),
    update("NFC for NFD", "name", to: "normalize(name, NFC)", before: .text("Zoe\u{301}")),
    update("a zero-width space", "name", to: "name || U&'\\200B'"),
    update("a byte order mark", "name", to: "U&'\\FEFF' || name"),
    update("a no-break space for a space", "name", to: "replace(name, ' ', U&'\\00A0')"),
    update("a letter of another script that looks alike", "code", to: "replace(code, 'C', U&'\\0421')"),
    update("another line ending", "name", to: "E'a\\r\\nb'", before: .text("a\nb")),
    update("a text cut short", "name", to: "left(name, -1)"),
    update("a text cut at a length", "name", to: "left(name, 3)"),
    update("two letters exchanged", "code", to: "overlay(code placing 'oC' from 1)"),
    update("a question mark for an umlaut", "name", to: "replace(name, 'é', '?')"),
    update("UTF-8 read as Latin-1", "name", to: "replace(name, 'é', 'Ã©')"),
    update("an escaped quote", "name", to: "'O''''Hara'", before: .text("O'Hara")),
    update("the last byte of a long text", "story", to: "left(story, -1) || 'y'", before: longText),
    update("the last byte of a text of 1 MB", "story", to: "left(story, -1) || 'y'", before: largeText),
    update("NULL for a text", "name", to: "NULL"),
    update("NULL for an empty text", "code", to: "NULL", before: .text("")),
    update("an empty text for NULL", "code", to: "''", before: .null),
    update("the word NULL for NULL", "code", to: "'NULL'", before: .null),
    update("a personal value", "email", to: "'somebody@example.com'"),
    update("the last byte of the last column", "email", to: "left(email, -1) || 'n'"),
  ]

  static let longText = PlantedValue.text(String(repeating: "abcdefghi ", count: 400))
  static let largeText = PlantedValue.text(String(repeating: "abcdefghi ", count: 104_858))

  static let bytes = [
    update("a flipped bit", "data", to: "set_bit(data, 77, 1 - get_bit(data, 77))", before: sixteen),
    update("a byte cut off", "data", to: "substring(data for 15)", before: sixteen),
    update("a zero byte appended", "data", to: "data || '\\x00'", before: sixteen),
    update("no bytes for NULL", "data", to: "''"),
    update("NULL for no bytes", "data", to: "NULL", before: .bytes([])),
  ]

  static let sixteen = PlantedValue.bytes(Array(0...15))

  static let numbers = [
    update("0.1 + 0.2 for 0.3", "ratio", to: "0.1::float8 + 0.2::float8", before: .number(0.3)),
    update("the last bit of a double", "ratio", to: "1.0000000000000002", before: .number(1)),
    update("-0 for 0", "ratio", to: "'-0'", before: .number(0)),
    update("NaN for a number", "ratio", to: "'NaN'"),
    update("a number for NaN", "ratio", to: "0", before: nan, only: .mongo),
    update("infinity for a number", "ratio", to: "'Infinity'"),
    update("minus infinity for infinity", "ratio", to: "'-Infinity'", before: .number(.infinity)),
    update("NULL for infinity", "ratio", to: "NULL", before: .number(.infinity)),
    update("the smallest double for 0", "ratio", to: "'5e-324'", before: .number(0)),
    update("a double through a float", "ratio", to: "ratio::real", before: .number(0.1)),
    update("the last bit of a float", "single", to: "'1.0000001'", before: .number(1)),
    update("a smallint off by one", "small", to: "small + 1"),
    update("an integer off by one", "whole", to: "whole - 1"),
    update("an integer with the other sign", "whole", to: "-whole"),
    update("an integer past its end", "whole", to: "-2147483648", before: .whole(2_147_483_647)),
    update("a bigint through a double", "large", to: "large::float8", before: .whole(9_007_199_254_740_993)),
    update("the largest bigint, less one", "large", to: "large - 1", before: .whole(.max)),
    update("0 for NULL", "whole", to: "0", before: .null),
    update("NULL for 0", "whole", to: "NULL", before: .whole(0)),
    update("the last of many digits", "amount", to: "amount + 1e-20", before: fineDecimal),
    update("a numeric through a double", "amount", to: "amount::float8::numeric", before: fineDecimal),
    update("NaN for a numeric", "amount", to: "'NaN'"),
    update("one cent", "price", to: "price + 0.01"),
    update("a factor of a hundred", "price", to: "price / 100", before: .decimal(1900, exponent: 0, "1900")),
    update("a numeric with more zeros", "amount", to: "'7.2500'", before: quarter, isSame: true),
    update("the other flag", "flag", to: "NOT flag"),
    update("NULL for false", "flag", to: "NULL", before: .flag(false)),
  ]

  static let nan = PlantedValue(bson: .double(.nan), sql: "NULL")
  static let quarter = PlantedValue.decimal(725, exponent: -2, "7.25")
  static let fineDecimal = PlantedValue.decimal(
    12_345_678_901_234_567, exponent: -15, "12.345678901234567")

  static let times = [
    update("a microsecond", "at", to: "at + interval '1 microsecond'"),
    update("a millisecond", "at", to: "at - interval '1 millisecond'"),
    update("milliseconds cut off", "at", to: "date_trunc('second', at)"),
    update("an hour, as of another time zone", "at", to: "at + interval '1 hour'"),
    update("seconds for milliseconds", "at", to: "to_timestamp(1700000)", before: .at(1_700_000_000_000)),
    update("the end of time", "at", to: "'infinity'"),
    update("a microsecond without a zone", "stamp", to: "stamp + interval '1 microsecond'"),
    update("a day", "day", to: "day + 1"),
    update("day and month exchanged", "day", to: "'2026-01-02'", before: .at(1_769_904_000_000)),
    update("a century", "day", to: "day - interval '100 years'"),
    update("NULL for a date", "day", to: "NULL"),
    update("a microsecond of the day", "clock", to: "clock + interval '1 microsecond'"),
    update("a day for 24 hours", "idle", to: "interval '1 day'"),
    update("a second of an interval", "idle", to: "idle + interval '1 second'"),
  ]

  static let others = [
    update("another value of an enum", "kind", to: "'lost'", before: .text("new")),
    update("NULL for a value of an enum", "kind", to: "NULL"),
    update("one bit of a UUID", "token", to: "overlay(token::text placing 'f' from 36)::uuid", before: uuid),
    update("another address", "address", to: "address + 1"),
    update("another prefix of an address", "address", to: "set_masklen(address, 24)"),
    update("a shorter array", "words", to: "words[1:2]"),
    update("another order of an array", "words", to: "ARRAY[words[2], words[1], words[3]]"),
    update("one more element", "words", to: "words || 'more'::text"),
    update("one element twice", "words", to: "words || words[3]"),
    update("NULL for an element", "words", to: "ARRAY[words[1], NULL, words[3]]"),
    update("a trailing space in an element", "words", to: "ARRAY[words[1], words[2] || ' ', words[3]]"),
    update("an empty array for NULL", "words", to: "'{}'", before: .null),
    update("NULL for an empty array", "words", to: "NULL", before: .texts([])),
    update("an array that begins at another place", "counts", to: "('[2:4]=' || counts::text)::integer[]"),
    update("one number of an array", "counts", to: "ARRAY[counts[1], counts[2] + 1, counts[3]]"),
    update("the order of keys in jsonb", "detail", to: reordered, before: detail, isSame: true),
    update("a text for a number in jsonb", "detail", to: "jsonb_set(detail, '{v}', '\"7\"')", before: detail),
    update("true for 1 in jsonb", "detail", to: "jsonb_set(detail, '{w,a}', 'true')", before: detail),
    update("a key gone for null in jsonb", "detail", to: "detail #- '{w,b}'", before: detail),
    update("null for a key gone in jsonb", "detail", to: "detail || '{\"x\": null}'", before: detail),
    update("one more element deep in jsonb", "detail", to: "jsonb_insert(detail, '{l,0}', '0')"),
    update("the order of an array in jsonb", "detail", to: "jsonb_set(detail, '{l}', '[2, 1]')"),
    update("a key in another case in jsonb", "detail", to: "(detail - 'v') || '{\"V\": 7}'", before: detail),
    update("null in jsonb for NULL", "detail", to: "'null'", before: .null),
    update("NULL for jsonb", "detail", to: "NULL"),
  ]

  static let uuid = PlantedValue.text("00000000-0000-4000-8000-000000000007")
  static let detail = PlantedValue.json(
    ["v": 7, "w": ["a": 1, "b": nil], "l": [1, 2]], "{\"v\":7,\"w\":{\"a\":1,\"b\":null},\"l\":[1,2]}")
  private static let reordered = "'{\"l\": [1, 2], \"w\": {\"b\": null, \"a\": 1}, \"v\": 7}'"
}
