import Codec

/// Damage to rows, children, keys and references in the target.
extension TargetPlants {
  static let rows = [
    Plant("a missing row, in the target", target: "DELETE FROM core.things WHERE id = {id}", .missing),
    Plant(
      "the first row missing, in the target", at: .first, target: "DELETE FROM core.things WHERE id = {id}",
      .missing),
    Plant(
      "the last row missing, in the target", at: .last, target: "DELETE FROM core.things WHERE id = {id}",
      .missing),
    Plant(
      "two neighbours missing, in the target", target: "DELETE FROM core.things WHERE id IN ({id}, {id2})",
      .missing, .missing("{id2}")),
    Plant(
      "an extra row between two others, in the target",
      target: "INSERT INTO core.things (id, name) VALUES ({id} + 5, 'x')", .extra("{n}5")),
    Plant(
      "an extra row that is a copy of another, in the target",
      target: """
        CREATE TEMP TABLE copied AS SELECT * FROM core.things WHERE id = {id}; UPDATE copied SET id = id + 1;
        INSERT INTO core.things SELECT * FROM copied; DROP TABLE copied
        """, .extra("{n}1")),
    Plant(
      "an extra row before all others, in the target",
      target: "INSERT INTO core.things (id, name) VALUES (-9223372036854775808, 'x')",
      .extra("-9223372036854775808")),
    Plant(
      "an extra row after all others, in the target",
      target: "INSERT INTO core.things (id, name) VALUES (9223372036854775807, 'x')",
      .extra("9223372036854775807")),
    Plant(
      "a row under another key, in the target", before: ["tags": .null, "parts": .null],
      target: "UPDATE core.things SET id = id + 3 WHERE id = {id}", .missing, .extra("{n}3")),
    Plant(
      "several columns at once, in the target",
      target: "UPDATE core.things SET idle = NULL, name = 'x', whole = 1 WHERE id = {id}",
      .different("name", "whole", "idle")),
    Plant(
      "one value of two rows exchanged, in the target",
      target: """
        UPDATE core.things t SET code = o.code FROM core.things o
        WHERE (t.id, o.id) IN (({id}, {id2}), ({id2}, {id}))
        """, .different("code"), .different("code", key: "{id2}")),
    Plant(
      "a column shifted into its neighbour, in the target",
      before: ["code": .text("a"), "story": .text("b")],
      target: "UPDATE core.things SET code = '', story = 'ab' WHERE id = {id}", .different("code", "story")),
    Plant(
      "two rows swapped, in the target", in: "pairs",
      target: """
        UPDATE core.pairs t SET v = o.v, w = o.w FROM core.pairs o WHERE (t.b, o.b) IN (({n}, {n2}), ({n2}, {n}))
        """, .different("v", "w"), .different("v", "w", key: "{id2}")),
    Plant(
      "a row missing by a composite key, in the target", in: "pairs",
      target: "DELETE FROM core.pairs WHERE b = {n}", .missing),
    Plant(
      "the second column of a composite key, in the target", in: "pairs",
      target: "INSERT INTO core.pairs (a, b) SELECT a, -b FROM core.pairs WHERE b = {n}",
      .extra("{a},-{n}")),
    Plant(
      "the first column of a composite key, in the target", in: "pairs",
      target: "INSERT INTO core.pairs (a, b) VALUES ('', {n})", .extra(",{n}")),
    Plant(
      "a number's key with a trailing space, in the target", in: "labels",
      target: "UPDATE core.labels SET id = id || ' ' WHERE id = '{id2}'", .missing("{id2}"), .extra("{id2} ")),
    Plant(
      "a key in another case, in the target", in: "labels",
      target: "INSERT INTO core.labels VALUES (upper('{id}'), 'x')", .extra("K{n}")),
    Plant(
      "an empty key, in the target", in: "labels", target: "INSERT INTO core.labels VALUES ('', 'x')",
      .extra("")),
    Plant(
      "a value below a key that is a text, in the target", in: "labels",
      target: "UPDATE core.labels SET v = v || '.' WHERE id = '{id}'", .different("v")),
    Plant(
      "a row missing among mixed keys, in the target", in: "labels",
      target: "DELETE FROM core.labels WHERE id = '{id}'", .missing),
  ]

  private static let tags = PlantedValue.texts(["a", "b", "c"])
  private static let parts = PlantedValue.json(
    [["part": "p", "amount": 1, "marks": ["x", "y"]], ["part": "q", "amount": 2, "marks": ["z"]]],
    #"[{"part":"p","amount":1,"marks":["x","y"]},{"part":"q","amount":2,"marks":["z"]}]"#)

  private static func tags(_ name: String, _ sql: String, before: PlantedValue = tags) -> Plant {
    Plant(
      name + ", in the target", before: ["tags": before], target: sql, .different("things_tags"))
  }

  static let children = [
    tags("the last child deleted", "DELETE FROM core.things_tags WHERE things_id = {id} AND position = 2"),
    tags(
      "a child in between deleted", "DELETE FROM core.things_tags WHERE things_id = {id} AND position = 1"),
    tags("the first child deleted", "DELETE FROM core.things_tags WHERE things_id = {id} AND position = 0"),
    tags("all children deleted", "DELETE FROM core.things_tags WHERE things_id = {id}"),
    tags("a child added", "INSERT INTO core.things_tags VALUES ({id}, 3, 'd')"),
    tags("a child added before all", "INSERT INTO core.things_tags VALUES ({id}, -1, 'd')"),
    tags("a child where there was none", "INSERT INTO core.things_tags VALUES ({id}, 0, 'd')", before: .null),
    tags(
      "two children exchanged",
      "UPDATE core.things_tags SET tag = CASE tag WHEN 'a' THEN 'b' ELSE 'a' END WHERE things_id = {id} AND position < 2"
    ),
    tags("a child moved", "UPDATE core.things_tags SET position = 7 WHERE things_id = {id} AND position = 2"),
    tags(
      "a trailing space in a child",
      "UPDATE core.things_tags SET tag = tag || ' ' WHERE things_id = {id} AND position = 2"),
    tags("NULL in a child", "UPDATE core.things_tags SET tag = NULL WHERE things_id = {id} AND position = 0"),
    Plant(
      "a child of the wrong parent, in the target", before: ["tags": tags], before2: ["tags": .null],
      target:
        "UPDATE core.things_tags SET things_id = {id2}, position = 0 WHERE things_id = {id} AND position = 2",
      .different("things_tags"), .different("things_tags", key: "{id2}")),
    Plant(
      "one column of a child, in the target", before: ["parts": parts],
      target: "UPDATE core.things_parts SET amount = 3 WHERE things_id = {id} AND position = 1",
      .different("things_parts")),
    Plant(
      "a child's child changed, in the target", before: ["parts": parts],
      target: """
        UPDATE core.things_parts_marks SET mark = 'X' WHERE things_id = {id} AND parts_position = 0 AND position = 0
        """, .different("things_parts_marks")),
    Plant(
      "a child's child under the wrong child, in the target", before: ["parts": parts],
      target: """
        UPDATE core.things_parts_marks SET parts_position = 1, position = 1
        WHERE things_id = {id} AND parts_position = 0 AND position = 1
        """, .different("things_parts_marks")),
    Plant(
      "a child and its row at once, in the target", before: ["tags": tags],
      target: """
        UPDATE core.things SET name = 'x' WHERE id = {id};
        DELETE FROM core.things_tags WHERE things_id = {id} AND position = 1
        """, .different("name", "things_tags")),
    Plant(
      "a deleted parent whose children are left, in the target", before: ["tags": tags],
      target: """
        SET session_replication_role = replica; DELETE FROM core.things WHERE id = {id};
        RESET session_replication_role
        """, .missing),
  ]

  static let references = [
    Plant(
      "a reference changed into one that leads nowhere, in the target", in: "members",
      target: "UPDATE core.members SET thing = -1 WHERE id = {id}", .different("thing"), .orphan("thing")),
    Plant(
      "a reference that leads nowhere and is only counted", in: "members", before: ["other": .whole(-2)],
      target: "SELECT 1"),
  ]

  static let all = texts + bytes + numbers + times + others + rows + children + references
}
