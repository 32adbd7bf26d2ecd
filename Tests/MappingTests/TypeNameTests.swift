import Codec
import Testing

@testable import Mapping

@Suite("Names of types")
struct TypeNameTests {
  @Test(
    "every type reads back from its DDL name",
    arguments: [
      .smallint, .integer, .bigint, .numeric(precision: nil, scale: nil), .numeric(precision: 5, scale: nil),
      .numeric(precision: 12, scale: 2),
      .real, .doublePrecision, .boolean, .text, .varchar(16), .char(3), .citext, .interval, .inet, .cidr,
      .array(.citext), .bytea, .uuid, .date, .time,
      .timestamp, .timestamptz, .json, .jsonb,
      .array(.text), .array(.numeric(precision: 4, scale: 1)), .array(.timestamptz),
    ] as [TargetType])
  func ddl(_ type: TargetType) throws { #expect(try TypeName.parse(type.sql) == type) }

  @Test(
    "aliases",
    arguments: [
      ("INT8", .bigint), ("decimal( 12 , 2 )", .numeric(precision: 12, scale: 2)),
      ("Character  Varying (7)", .varchar(7)), ("char", .char(1)),
      ("timestamp with time zone", .timestamptz), ("timestamp without time zone", .timestamp),
      ("float8[]", .array(.doublePrecision)), ("bool", .boolean),
    ] as [(String, TargetType)])
  func alias(_ text: String, _ type: TargetType) throws { #expect(try TypeName.parse(text) == type) }

  @Test(
    "refused",
    arguments: [
      "", "varchar(0)", "varchar(x)", "numeric(0)", "numeric(2,3)", "numeric(1,2,3)", "int(4)",
      "time with time zone", "text[3]", "txt()", "enum",
    ])
  func refused(_ text: String) { #expect(throws: TypeNameError.self) { try TypeName.parse(text) } }
}
