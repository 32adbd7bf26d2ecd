import Mapping
import Testing

/// One wrong entity `users`, and what is said about it.
struct Mistake: Sendable, CustomTestStringConvertible {
  var fields = "name: text"
  var rest = ""
  var key = "[id]"
  var said: [String]
  var testDescription: String { said.first ?? fields }
}

@Suite("Each kind of error")
struct ErrorKindTests {
  static let fieldMistakes: [Mistake] = [
    Mistake(
      fields: "a: { type: text, typ: x }",
      said: ["7:20: error: a field has no key \"typ\" | did you mean \"type\"?"]),
    Mistake(
      fields: "a: { type: text, zzzzzz: x }",
      said: [
        "7:20: error: a field has no key \"zzzzzz\" | it has from, type, transforms, required, unique, personal, missing, null, empty, null-element, empty-element"
      ]),
    Mistake(fields: "a: { from: b }", said: ["7:6: error: a field needs \"type\""]),
    Mistake(fields: "a: [text]", said: ["7:6: error: expected a field as a mapping of keys, found a list"]),
    Mistake(
      fields: "a: ~",
      said: ["7:6: error: \"type\" must be a text, not null | put a text that reads \"null\" in quotes"]),
    Mistake(
      fields: "a: { type: text, type: uuid }",
      said: ["7:20: error: duplicate key \"type\"; it is already given at line 7, column 8"]),
    Mistake(
      fields: "a: text\n  a: uuid",
      said: ["8:3: error: duplicate key \"a\"; it is already given at line 7, column 3"]),
    Mistake(fields: "a: string", said: ["7:6: error: unknown type \"string\" | did you mean \"text\"?"]),
    Mistake(
      fields: "a: varchar",
      said: ["7:6: error: \"varchar\" needs a length | write varchar(n), or text for any length"]),
    Mistake(
      fields: "a: timestamp(3)",
      said: [
        "7:6: error: \"timestamp\" takes no argument here | a smaller precision would round values; write \"timestamp\""
      ]),
    Mistake(
      fields: "a: \"text[][]\"",
      said: ["7:6: error: \"text[][]\" has more than one dimension | map nested arrays to jsonb"]),
    Mistake(
      fields: "a: { type: text, required: yes }", said: ["7:30: error: \"required\" must be true or false"]),
    Mistake(
      fields: "a: { type: text, required: \"true\" }",
      said: ["7:30: error: \"required\" must be true or false"]),
    Mistake(
      fields: "ctid: text", said: ["7:3: error: \"ctid\" is a system column that every Postgres table has"]),
    Mistake(fields: "\"\": text", said: ["7:3: error: a name can't be empty"]),
    Mistake(fields: "\"a\\0b\": text", said: ["7:3: error: a name can't hold a NUL character"]),
    Mistake(
      fields: "\(String(repeating: "x", count: 64)): text",
      said: [
        "7:3: error: \"\(String(repeating: "x", count: 64))\" has 64 bytes; Postgres cuts names after 63"
      ]),
    Mistake(
      fields: "a: { from: b c, type: text }",
      said: [
        "7:15: error: \"from\" isn't a path: \" \" can't stand here; put a field's odd name in double quotes, as in \"first name\".city"
      ]),
    Mistake(
      fields: "a: { from: 'b.\"c', type: text }",
      said: ["7:17: error: \"from\" isn't a path: the quotes that open here aren't closed"]),
    Mistake(fields: "a: { from: [], type: text }", said: ["7:14: error: \"from\" can't be an empty list"]),
    Mistake(
      fields: "a: { from: \"b[].c\", type: text }",
      said: [
        "7:14: error: \"[]\" stands for many values, but a column takes one | use a place such as [0], or make a child table under \"children\""
      ]),
    Mistake(
      fields: "a: { from: \"@\", type: text }",
      said: ["7:14: error: \"@\" is an element of an array, so it is for child tables alone"]),
    Mistake(
      fields: "a: { type: text, missing: \"null\" }",
      said: ["7:29: error: \"missing\" can't be a text | write null without quotes"]),
    Mistake(
      fields: "a: { type: text, missing: keep }",
      said: [
        "7:29: error: only \"empty\" can be kept; a missing value has nothing to keep | write null, quarantine, or a value as in { value: x }"
      ]),
    Mistake(
      fields: "a: { type: text, null: quarantin }",
      said: ["7:26: error: \"null\" can't be \"quarantin\" | did you mean \"quarantine\"?"]),
    Mistake(
      fields: "a: { type: text, empty: { valu: x } }",
      said: ["7:29: error: a replacement has no key \"valu\" | did you mean \"value\"?"]),
    Mistake(
      fields: "a: { type: text, required: true, missing: null }",
      said: [
        "7:45: error: \"missing\" can't be null: the column \"a\" is required | write quarantine, or a value as in { value: x }"
      ]),
    Mistake(
      fields: "a: { type: integer, missing: { value: x } }",
      said: ["7:41: error: \"x\" can't be a value of type integer"]),
    Mistake(
      fields: "a: { type: varchar(1), missing: { value: xy } }",
      said: ["7:44: error: the text has 2 characters, more than varchar(1) holds"]),
    Mistake(
      fields: "a: { type: json, unique: true }",
      said: ["7:14: error: json has no equality, so it can't be unique | use jsonb"]),
    Mistake(
      fields: "a: !!str text",
      said: [
        "7:6: error: tags such as tag:yaml.org,2002:str have no meaning here | remove it; quotes make any value a text"
      ]),
    Mistake(
      fields: "a: { <<: b, type: text }",
      said: ["7:8: error: a field has no key \"<<\" | merge keys aren't supported; write the keys out"]),
  ]

  static let transformMistakes: [Mistake] = [
    Mistake(
      fields: "a: { type: text, transforms: [lowr] }",
      said: ["7:33: error: unknown transform \"lowr\" | did you mean \"lower\"?"]),
    Mistake(
      fields: "a: { type: text, transforms: [{ trim: x }] }",
      said: ["7:41: error: the transform \"trim\" takes no argument"]),
    Mistake(
      fields: "a: { type: timestamptz, transforms: [epoch] }",
      said: ["7:40: error: the transform \"epoch\" needs an argument | as in { epoch: milliseconds }"]),
    Mistake(
      fields: "a: { type: timestamptz, transforms: [{ epoch: millisecond }] }",
      said: [
        "7:49: error: the argument of \"epoch\" can't be \"millisecond\" | did you mean \"milliseconds\"?"
      ]),
    Mistake(
      fields: "a: { type: numeric, transforms: [{ cents: -1 }] }",
      said: ["7:45: error: the argument of \"cents\" must be a whole number, not below 0 and not over 18"]),
    Mistake(
      fields: "a: { type: date, transforms: [{ date: \"%d.%Q\" }] }",
      said: ["7:45: error: a date pattern has no \"%Q\" | there are %Y %m %d %H %M %S %f %z %b %y %j %%"]),
    Mistake(
      fields: "a: { type: date, transforms: [{ date: \"dd.mm\" }] }",
      said: [
        "7:42: error: \"dd.mm\" is no date pattern: it has no part such as %Y | write a pattern such as \"%d.%m.%Y\", or iso"
      ]),
    Mistake(
      fields: "a: { type: text, transforms: [{ enum: {} }] }",
      said: ["7:41: error: an enum without words refuses every value"]),
    Mistake(
      fields: "a: { type: text, transforms: [{ enum: { a: [b] } }] }",
      said: ["7:46: error: what \"a\" becomes must be a text, not a list"]),
    Mistake(
      fields: "a: { type: boolean, transforms: [{ boolean: { true: [x], false: [x] } }] }",
      said: ["7:68: error: \"x\" can't mean both true and false"]),
    Mistake(
      fields: "a: { type: boolean, transforms: [{ boolean: { true: [x] } }] }",
      said: ["7:47: error: \"boolean\" needs \"false\""]),
    Mistake(
      fields: "a: { type: text, transforms: [{ trim: , lower: }] }",
      said: [
        "7:33: error: a transform with an argument is one key with its value | as in { epoch: milliseconds }; the next transform is a new item of the list"
      ]),
    Mistake(
      fields: "a: { type: text, transforms: [[trim]] }",
      said: ["7:33: error: a transform is a name, or a name with an argument, not a list"]),
    Mistake(
      fields: "a: { from: b, type: text, transforms: [{ constant: x }] }",
      said: ["7:8: error: a constant has no source | remove \"from\""]),
    Mistake(
      fields: "a: { type: text, transforms: [trim, { constant: x }] }",
      said: [
        "7:41: error: a constant takes no other transforms: it is read as the column's type | remove the others"
      ]),
    Mistake(
      fields: "a: { type: text, null: null, transforms: [{ constant: x }] }",
      said: ["7:20: warning: a constant is never null; this rule has no effect"]),
    Mistake(
      fields: "a: { type: timestamptz, transforms: [date, { epoch: seconds }] }",
      said: ["7:48: error: \"epoch\" can't take what \"date\" makes, a point in time"]),
    Mistake(
      fields: "a: { type: integer, transforms: [boolean] }",
      said: [
        "7:36: error: \"boolean\" makes a boolean, which a column of type integer doesn't take | use boolean"
      ]),
    Mistake(
      fields: "a: { type: boolean, transforms: [uuid] }",
      said: ["7:36: error: \"uuid\" makes a UUID, which a column of type boolean doesn't take | use uuid"]),
    Mistake(
      fields: "a: { type: integer, transforms: [hash] }",
      said: [
        "7:36: error: \"hash\" makes a digest, which a column of type integer doesn't take | use text or bytea"
      ]),
  ]

  static let typingMistakes: [Mistake] = [
    Mistake(
      fields: "a: { type: \"integer[]\", transforms: [trim] }",
      said: ["7:40: error: \"trim\" makes a text, which a column of type integer doesn't take | add number"]),
    Mistake(
      fields: "a: { type: integer, transforms: [trim] }",
      said: ["7:36: error: \"trim\" makes a text, which a column of type integer doesn't take | add number"]),
    Mistake(
      fields: "a: { type: text, transforms: [hash, upper] }",
      said: ["7:39: error: \"upper\" can't take what \"hash\" makes, a digest"]),
    Mistake(
      fields: "a: { type: text, transforms: [{ cents: 2 }] }",
      said: [
        "7:35: error: \"cents\" makes a decimal number, which a column of type text doesn't take | use numeric"
      ]),
    Mistake(
      fields: "a: { type: text, transforms: [ejson] }",
      said: [
        "7:33: error: \"ejson\" makes Extended JSON, which a column of type text doesn't take | use jsonb"
      ]),
    Mistake(
      fields: "a: { type: time, transforms: [{ epoch: seconds }] }",
      said: [
        "7:35: error: \"epoch\" makes a point in time, which a column of type time doesn't take | use timestamptz, timestamp or date"
      ]),
    Mistake(
      fields: "a: { type: integer, transforms: [{ constant: x }] }",
      said: ["7:38: error: \"x\" can't be a value of type integer"]),
    Mistake(
      fields: "a: { type: numeric, missing: { value: 1. } }\n  b: { type: numeric, missing: { value: NaN } }",
      said: ["8:41: error: \"NaN\" can't be a value of type numeric"]),
    Mistake(
      fields: "a: { type: date, missing: { value: today } }",
      said: ["7:38: error: \"today\" can't be a value of type date"]),
    Mistake(
      fields: "a: { type: \"text[]\", missing: { value: x } }",
      said: ["7:42: error: a value can't be written for an array"]),
    Mistake(
      fields: "a: { type: { enum: e, base: text } }",
      said: [
        "7:22: error: an enum needs \"values\" | as in values: [new, done]",
        "7:25: error: an enum has no \"base\"",
      ]),
    Mistake(
      fields: "a: { type: { values: [x] } }",
      said: [
        "7:14: error: a type that a schema defines is either an \"enum\" or a \"domain\" | as in { enum: status, values: [new, done] } or { domain: email, base: text }"
      ]),
    Mistake(
      fields: "a: { type: { domain: d, base: \"text[]\" } }",
      said: ["7:33: error: a domain's base is one of Postgres' own types, and no array"]),
    Mistake(
      fields: "a: { type: { enum: e, values: [x] }, missing: { value: y } }",
      said: ["7:58: error: \"y\" can't be a value of type \"core\".\"e\""]),
    Mistake(
      fields: "a: { type: { enum: e, values: [x] } }\n  b: { type: { enum: e, values: [y] } }",
      said: [
        "8:3: error: the type core.e is another one at line 7 | give both the same values in the same order, or one of them another name"
      ]),
    Mistake(
      fields: "a: { type: { enum: users, values: [x] } }",
      said: [
        "7:3: error: the type core.users has the name of a table, which is a type in Postgres, too | give one of them another name"
      ]),
    Mistake(
      fields: "a: { type: interval, missing: { value: 3 } }",
      said: ["7:42: error: \"3\" can't be a value of type interval"]),
    Mistake(
      fields: "a: { type: inet, missing: { value: 10.0.0.256 } }",
      said: ["7:38: error: \"10.0.0.256\" can't be a value of type inet"]),
    Mistake(
      fields: "a: { type: numeric, transforms: [{ clamp: [2, 1] }] }",
      said: ["7:45: error: the smallest number of \"clamp\" comes first"]),
    Mistake(
      fields: "a: { type: numeric, transforms: [{ clamp: 2 }] }",
      said: [
        "7:45: error: \"clamp\" needs the smallest and the largest number | as in { clamp: [0, 100] }"
      ]),
    Mistake(
      fields: "a: { type: text, transforms: [interval] }",
      said: [
        "7:33: error: \"interval\" makes an interval, which a column of type text doesn't take | use interval"
      ]),
  ]

  static let ruleMistakes: [Mistake] = [
    Mistake(
      key: "[idd]",
      said: ["4:7: error: the key column \"idd\" is not among the fields | did you mean \"id\"?"]),
    Mistake(key: "[id, id]", said: ["4:11: error: \"id\" stands twice in \"key\""]),
    Mistake(key: "[]", said: ["4:6: error: \"key\" can't be an empty list"]),
    Mistake(
      fields: "k: { type: text, transforms: [hash] }", key: "[id, k]",
      said: [
        "7:33: error: the key can't go through \"hash\": two source keys could become one | take the key as it is, and put the changed value into a column of its own"
      ]),
    Mistake(
      fields: "k: { type: text, transforms: [{ enum: { a: x, b: x } }] }", key: "k",
      said: [
        "7:35: error: the key can't go through \"enum\": two source keys could become one | take the key as it is, and put the changed value into a column of its own"
      ]),
    Mistake(
      fields: "k: { type: text, from: [a, b] }", key: "k",
      said: [
        "7:26: error: the key can't come from several paths: two source keys could become one | name one path"
      ]),
    Mistake(
      fields: "k: json", key: "k",
      said: ["7:6: error: json has no equality, so it can't be a key | use jsonb"]),
    Mistake(
      fields: "k: { type: text, null: null }", key: "k",
      said: [
        "7:26: error: \"null\" can't be null: the column \"k\" is part of the key | write quarantine, or a value as in { value: x }"
      ]),
    Mistake(
      rest: "rest: name",
      said: [
        "8:7: error: the column \"name\" of \"rest\" is already taken by a field at line 7 | give one of them another name"
      ]),
    Mistake(
      rest: "children: { tags: { fields: { position: text } } }",
      said: [
        "8:13: error: the column \"position\" of the element's place is already taken by a field at line 8 | give one of them another name"
      ]),
    Mistake(
      rest: "children: { tags: { parent: t, fields: { t: text } } }",
      said: [
        "8:29: error: the column \"t\" of the parent's key is already taken by a field at line 8 | give one of them another name"
      ]),
    Mistake(
      rest: "children: { tags: { parent: [a, b], fields: { t: text } } }",
      said: [
        "8:29: error: \"parent\" repeats the key of the table around, which has 1 column, but it names 2"
      ]),
    Mistake(
      rest: "children: { tags: { from: tags, fields: { t: text } } }",
      said: ["8:27: error: a child table's path names an array and ends in \"[]\" | write \"tags[]\""]),
    Mistake(
      rest: "children: { tags: { from: \"a[].b[]\", fields: { t: text } } }",
      said: [
        "8:27: error: a path goes through one array | make the outer array a child table, and the inner one a child of that"
      ]),
    Mistake(
      rest: "children: { tags: { table: users, fields: { t: text } } }",
      said: [
        "8:28: error: the table core.users of child \"tags\" of \"users\" is already the table of entity \"users\" at line 1 | give one of them another \"table\""
      ]),
    Mistake(
      rest: "children: { tags: { fields: {} } }",
      said: [
        "8:29: error: a child table needs at least one field | write fields: { value: { from: \"@\", type: text } } for the elements themselves"
      ]),
    Mistake(
      rest: "target: { schema: pg_temp }", said: ["8:19: error: the schema \"pg_temp\" belongs to Postgres"]),
    Mistake(
      rest: "target: { schema: kedge }", said: ["8:19: error: the schema \"kedge\" holds Kedge's own state"]),
    Mistake(
      rest: "phase: shadwo", said: ["8:8: error: \"phase\" can't be \"shadwo\" | did you mean \"shadow\"?"]),
    Mistake(
      rest: "filters: [{ field: a }]",
      said: ["8:11: error: a filter needs exactly one of \"exists\", \"one-of\", \"none-of\""]),
    Mistake(
      rest: "filters: [{ field: a, exists: true, one-of: [b] }]",
      said: ["8:37: error: a filter needs exactly one of \"exists\", \"one-of\", \"none-of\""]),
    Mistake(
      rest: "filters: [{ field: \"a[]\", exists: true }]",
      said: ["8:20: error: a filter asks about one value | use a place such as [0]"]),
    Mistake(
      rest: "filters: [{ field: a, one-of: [null] }]",
      said: [
        "8:32: error: an item of \"one-of\" must be a text, not null | put a text that reads \"null\" in quotes"
      ]),
    Mistake(rest: "filters: { field: a }", said: ["8:10: error: \"filters\" must be a list, not a mapping"]),
    Mistake(
      rest: "quarantine: { limit: many }",
      said: ["8:22: error: \"limit\" must be a whole number, not below 0"]),
    Mistake(
      rest: "audit: { ignore: [id] }", said: ["8:19: error: an audit can't ignore the key column \"id\""]),
    Mistake(
      rest: "audit: { ignore: [nam] }",
      said: ["8:19: warning: \"ignore\" names \"nam\", which no field fills | did you mean \"name\"?"]),
    Mistake(
      rest: "audit: { tolerance: { name: 1 } }",
      said: ["8:23: error: a tolerance is for numbers, and \"name\" is text"]),
    Mistake(
      rest: "audit: { tolerance: { nam: 1 } }",
      said: [
        "8:23: error: \"tolerance\" names \"nam\", which is no column of \"users\" | did you mean \"name\"?"
      ]),
    Mistake(
      rest: "audit: { tolerance: { name: -1 } }",
      said: ["8:29: error: a tolerance must be a number, not below 0"]),
    Mistake(
      rest: "reset: { keep: { nmae: [x] } }",
      said: ["8:18: error: \"keep\" names \"nmae\", which is no column of \"users\" | did you mean \"name\"?"]
    ),
    Mistake(rest: "keys: id", said: ["8:1: error: an entity has no key \"keys\" | did you mean \"key\"?"]),
  ]

  @Test("in fields", arguments: fieldMistakes) func fields(_ mistake: Mistake) { check(mistake) }
  @Test("in transforms", arguments: transformMistakes) func transforms(_ mistake: Mistake) { check(mistake) }
  @Test("in what transforms and values make", arguments: typingMistakes)
  func typing(_ mistake: Mistake) { check(mistake) }
  @Test("in keys, children and rules", arguments: ruleMistakes) func rules(_ mistake: Mistake) {
    check(mistake)
  }

  private func check(_ mistake: Mistake) {
    let said = diagnostics(["users.yaml": users(mistake.fields, mistake.rest, key: mistake.key)])
      .filter { !$0.contains("no entity uses the store \"lite\"") }
    #expect(said == mistake.said.map { "users.yaml:" + $0 })
  }
}
