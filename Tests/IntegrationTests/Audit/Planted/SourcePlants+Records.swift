import Codec
import TestSupport

/// Damage to whole records of the source, their keys, filters and references.
extension SourcePlants {
  static let records = [
    Plant(
      "a record deleted, in the source", sqlite: "DELETE FROM things WHERE id = {id}",
      mongo: { try $0.delete() }, .extra),
    Plant(
      "a record inserted, in the source",
      sqlite: "INSERT INTO things (id, name) VALUES ({id} + 5, 'x')",
      mongo: { try $0.database.insert("things", [["_id": .int64(Int64($0.first) * 10 + 5), "name": "x"]]) },
      .missing("{n}5")),
    Plant(
      "a record inserted before all others, in the source",
      sqlite: "INSERT INTO things (id, name) VALUES (-7, 'x')",
      mongo: { try $0.database.insert("things", [["_id": .int64(-7), "name": "x"]]) }, .missing("-7")),
    Plant(
      "a record inserted after all others, in the source",
      sqlite: "INSERT INTO things (id, name) VALUES (9223372036854775806, 'x')",
      mongo: { try $0.database.insert("things", [["_id": .int64(.max - 1), "name": "x"]]) },
      .missing("9223372036854775806")),
    Plant(
      "a record under another key, in the source",
      sqlite: "UPDATE things SET id = id + 3 WHERE id = {id}",
      mongo: { try $0.rename(to: .int64(Int64($0.first) * 10 + 3)) }, .extra, .missing("{n}3")),
    Plant(
      "one value of two records exchanged, in the source", before: ["code": .text("one")],
      before2: ["code": .text("two")],
      sqlite: """
        UPDATE things SET code = CASE code WHEN 'one' THEN 'two' ELSE 'one' END WHERE id IN ({id}, {id2})
        """,
      mongo: {
        try $0.set("code", "two")
        try $0.set("code", "one", of: $0.second)
      }, .different("code"), .different("code", key: "{id2}")),
    Plant(
      "a value that doesn't fit any more, in the source",
      sqlite: "UPDATE things SET whole = 'many' WHERE id = {id}", mongo: { try $0.set("whole", "many") },
      .quarantined),
    Plant(
      "a word that the enum doesn't know, in the source",
      sqlite: "UPDATE things SET kind = 'sold' WHERE id = {id}", mongo: { try $0.set("kind", "sold") },
      .quarantined),
    Plant(
      "a number too large for its column, in the source",
      sqlite: "UPDATE things SET whole = 2147483648 WHERE id = {id}",
      mongo: { try $0.set("whole", .int64(2_147_483_648)) }, .quarantined),
    Plant(
      "a key of another type, in the source", mongo: { try $0.rename(to: .string("\($0.first * 10)")) },
      .extra, .quarantined),
    Plant(
      "a double for an int64 as key, in the source",
      mongo: { try $0.rename(to: .double(Double($0.first * 10))) }),
  ]

  static let keys = [
    Plant(
      "a text for a number as key, the same as text, in the source", in: "labels",
      sqlite: "UPDATE labels SET id = '{id2}' WHERE id = {id2}",
      mongo: { record in
        try record.delete(record.second)
        try record.database.insert(
          "labels", [["_id": .string("\(record.second)"), "v": .string("label \(record.second)")]])
      }),
    Plant(
      "a key with a trailing space, in the source", in: "labels",
      sqlite: "UPDATE labels SET id = id || ' ' WHERE id = '{id}'",
      mongo: { try $0.rename(to: .string("k\($0.first) ")) }, .extra, .missing("{id} ")),
    Plant(
      "a key in another case, in the source", in: "labels",
      sqlite: "UPDATE labels SET id = upper(id) WHERE id = '{id}'",
      mongo: { try $0.rename(to: .string("K\($0.first)")) }, .extra, .missing("K{n}")),
    Plant(
      "an empty text in the key, in the source", in: "pairs", sqlite: "UPDATE pairs SET a = '' WHERE n = {n}",
      mongo: { try $0.set("a", "") }, .extra, .missing(",{n}")),
    Plant(
      "a value below a key that is a number, in the source", in: "labels",
      sqlite: "UPDATE labels SET v = 'x' WHERE id = {id2}", mongo: { try $0.set("v", "x", of: $0.second) },
      .different("v", key: "{id2}")),
    Plant(
      "a record deleted among mixed keys, in the source", in: "labels",
      sqlite: "DELETE FROM labels WHERE id = '{id}'", mongo: { try $0.delete() }, .extra),
    Plant(
      "two records of one key, a number and a text, in the source", in: "labels",
      sqlite: "INSERT INTO labels SELECT '{id2}', v FROM labels WHERE id = {id2}",
      mongo: { record in
        try record.database.insert(
          "labels", [["_id": .string("\(record.second)"), "v": .string("label \(record.second)")]])
      }, .duplicate("{id2}", "id")),
    Plant(
      "two records of one key with other values, in the source", in: "labels",
      sqlite: "INSERT INTO labels VALUES ('{id2}', 'other')",
      mongo: { try $0.database.insert("labels", [["_id": .string("\($0.second)"), "v": "other"]]) },
      .duplicate("{id2}", "id")),
    Plant(
      "two records of one key, of which the row is missing", in: "labels",
      target: "DELETE FROM core.labels WHERE id = '{id2}'",
      sqlite: "INSERT INTO labels VALUES ('{id2}', 'other')",
      mongo: { try $0.database.insert("labels", [["_id": .string("\($0.second)"), "v": "other"]]) },
      .missing("{id2}"), .duplicate("{id2}", "id")),
    Plant(
      "a record deleted by a composite key, in the source", in: "pairs",
      sqlite: "DELETE FROM pairs WHERE n = {n}", mongo: { try $0.delete() }, .extra),
    Plant(
      "the first column of a composite key, in the source", in: "pairs",
      sqlite: "UPDATE pairs SET a = 'other' WHERE n = {n}", mongo: { try $0.set("a", "other") }, .extra,
      .missing("other,{n}")),
    Plant(
      "two records swapped, in the source", in: "pairs",
      sqlite: """
        UPDATE pairs SET v = 'pair ' || ({n} + {n2} - n), w = ({n} + {n2} - n) * 3 WHERE n IN ({n}, {n2})
        """,
      mongo: { record in
        for (one, other) in [(record.first, record.second), (record.second, record.first)] {
          try record.set("v", .string("pair \(other)"), of: one)
          try record.set("w", BSONValue(other * 3), of: one)
        }
      }, .different("v", "w"), .different("v", "w", key: "{id2}")),
  ]

  static let rules = [
    Plant(
      "an ignored column, in the source", in: "readings",
      sqlite: "UPDATE readings SET seen = 0 WHERE id = {id}", mongo: { try $0.set("seen", .at(0)) }),
    Plant(
      "an ignored column, in the target", in: "readings",
      target: "UPDATE core.readings SET seen = NULL WHERE id = {id}"),
    Plant(
      "a double within its tolerance, in the target", in: "readings",
      target: "UPDATE core.readings SET score = score + 0.009 WHERE id = {id}", .tolerated("score")),
    Plant(
      "a double within its tolerance, in the source", in: "readings", before: ["score": .number(5)],
      sqlite: "UPDATE readings SET score = 5.005 WHERE id = {id}",
      mongo: { try $0.set("score", .double(5.005)) }, .tolerated("score")),
    Plant(
      "an integer at the end of its tolerance, in the target", in: "readings",
      target: "UPDATE core.readings SET level = level - 2 WHERE id = {id}", .tolerated("level")),
    Plant(
      "a decimal number at the end of its tolerance, in the target", in: "readings",
      target: "UPDATE core.readings SET cost = cost + 0.5 WHERE id = {id}", .tolerated("cost")),
    Plant(
      "a double outside its tolerance, in the target", in: "readings",
      target: "UPDATE core.readings SET score = score - 0.02 WHERE id = {id}", .different("score")),
    Plant(
      "an integer outside its tolerance, in the source", in: "readings", before: ["level": .whole(50)],
      sqlite: "UPDATE readings SET level = 53 WHERE id = {id}", mongo: { try $0.set("level", 53) },
      .different("level")),
    Plant(
      "a decimal number just outside its tolerance, in the target", in: "readings",
      target: "UPDATE core.readings SET cost = cost + 0.5000001 WHERE id = {id}", .different("cost")),
    Plant(
      "NULL for a number that has a tolerance, in the target", in: "readings",
      target: "UPDATE core.readings SET score = NULL WHERE id = {id}", .different("score")),
    Plant(
      "NaN for a number that has a tolerance, in the target", in: "readings",
      target: "UPDATE core.readings SET score = 'NaN' WHERE id = {id}", .different("score")),
    Plant(
      "one column within its tolerance and another outside, in the target", in: "readings",
      target: "UPDATE core.readings SET score = score + 0.001, level = level + 9 WHERE id = {id}",
      .different("level")),
    Plant(
      "a tolerated column and one that isn't, in the target", in: "readings",
      target: "UPDATE core.readings SET score = score + 0.001, state = 'x' WHERE id = {id}",
      .different("state")),
    Plant(
      "a record that is filtered now, in the source", in: "readings",
      sqlite: "UPDATE readings SET state = 'hidden' WHERE id = {id}",
      mongo: { try $0.set("state", "hidden") },
      .extra),
    Plant(
      "a record that isn't filtered any more, in the source", in: "readings",
      before: ["state": .text("hidden")], sqlite: "UPDATE readings SET state = 'shown' WHERE id = {id}",
      mongo: { try $0.set("state", "shown") }, .missing),
    Plant(
      "a filtered record that lands by hand, in the target", in: "readings",
      before: ["state": .text("hidden")],
      target: "INSERT INTO core.readings (id, state) VALUES ({id}, 'hidden')", .extra),
    Plant(
      "a filtered record that changes, in the source", in: "readings", before: ["state": .text("hidden")],
      sqlite: "UPDATE readings SET level = 0 WHERE id = {id}", mongo: { try $0.set("level", 0) }),
  ]

  static let references = [
    Plant(
      "a row gone on both sides that another refers to", in: "members", before: ["thing": .whole(130)],
      target: "DELETE FROM core.things WHERE id = 130", sqlite: "DELETE FROM things WHERE id = 130",
      mongo: { try $0.database.delete("things", id: .int64(130)) }, .orphan("thing")),
    Plant(
      "a reference of the core that leads nowhere on both sides", in: "members",
      target: "UPDATE core.members SET thing = 777 WHERE id = {id}",
      sqlite: "UPDATE members SET thing = 777 WHERE id = {id}",
      mongo: { try $0.set("thing", .int64(777)) }, .orphan("thing")),
    Plant(
      "a reference from the feature's store that leads nowhere", in: "notes",
      sqlite: "UPDATE notes SET thing = 778 WHERE id = {id}", mongo: { try $0.set("thing", .int64(778)) },
      .orphan("thing")),
    Plant(
      "a reference from the feature's store that is taken away", in: "notes",
      sqlite: "UPDATE notes SET thing = NULL WHERE id = {id}", mongo: { try $0.set("thing", nil) }),
  ]

  static let all = values + ofMongo + ofSQLite + records + keys + rules + references
}
