import Codec
import Mongo
import TestSupport

/// Makes the undamaged records inside the source itself, so that a million of them take seconds.
enum PlantedRecords {
  // MARK: SQLite

  static func fill(_ file: TestSQLite, things: Int) throws {
    try file.execute(
      """
      PRAGMA synchronous = off;
      CREATE TABLE things (id INTEGER PRIMARY KEY, name, code, story, data, ratio, single, small, whole, large, amount,
        price, flag, at, stamp, day, clock, kind, token, address, idle, words, counts, detail, email, tags, parts);
      CREATE TABLE labels (id PRIMARY KEY, v);
      CREATE TABLE pairs (n, a, b, v, w, PRIMARY KEY (a, b));
      CREATE UNIQUE INDEX pairs_n ON pairs (n);
      CREATE TABLE readings (id INTEGER PRIMARY KEY, score, level, cost, seen, state);
      CREATE TABLE members (id INTEGER PRIMARY KEY, thing, other);
      CREATE TABLE notes (id INTEGER PRIMARY KEY, thing);
      """)
    for entity in PlantedEntity.all {
      try file.execute(
        """
        WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < \(entity.count(things)))
        INSERT INTO \(entity.name) SELECT \(rowOfSQLite[entity.name] ?? "") FROM c
        """)
    }
  }

  private static let rowOfSQLite = [
    "things": """
    n * 10, 'Zoé Nowak ' || n, 'Code-' || n, NULL, NULL, n / 8.0, n % 1000 / 4.0, n % 1000, n, n * 1000003, n || '.25',
    n || '.5', n % 2, 1700000000123 + n * 1000, 1600000000001 + n * 1000, n % 20000 * 86400000, '12:34:56.5',
    CASE n % 3 WHEN 0 THEN 'new' WHEN 1 THEN 'active' ELSE 'lost' END,
    '00000000-0000-4000-8000-' || (100000000000 + n), '10.1.' || (n % 200) || '.7', 'PT24H',
    '["red","green","w' || n || '"]', '[1,2,' || n || ']', '{"v":' || n || ',"w":{"a":1,"b":null},"l":[1,2]}',
    'n' || n || '@example.com', iif(n % 8 = 0, '["t0","t1"]', NULL),
    iif(n % 16 = 0, '[{"part":"a","amount":1,"marks":["m0"]}]', NULL)
    """,
    "labels": "iif(n % 2 = 0, 'k' || n, n), 'label ' || n",
    "pairs": "n, 'p' || (n % 7), n, 'pair ' || n, n * 3",
    "readings": "n * 10, n / 4.0, n * 100, n || '.5', 1700000000000 + n, 'shown'",
    "members": "n * 10, (n % 10 + 3) * 10, NULL",
    "notes": "n * 10, (n % 10 + 3) * 10",
  ]

  // MARK: Mongo

  static func fill(_ mongo: TestMongo, things: Int) throws {
    // Ten thousand numbers for each document that the server unwinds.
    let size = 10_000
    for entity in PlantedEntity.all {
      let count = entity.count(things)
      try mongo.connection.drop("numbers")
      try mongo.insert(
        "numbers",
        stride(from: 1, through: count, by: size).map {
          ["_id": BSONValue($0), "end": BSONValue(min($0 + size, count + 1))]
        })
      let cursor = try mongo.connection.aggregate(
        "numbers",
        pipeline: [
          ["$project": ["n": ["$range": ["$_id", "$end"]]]], ["$unwind": "$n"],
          ["$replaceWith": documentOfMongo[entity.name] ?? "$$ROOT"],
          ["$out": .string(entity.name)],
        ])
      while try cursor.next() != nil {}
    }
    try mongo.connection.drop("numbers")
    try mongo.connection.run(command: [
      "createIndexes": "pairs",
      "indexes": [["key": ["a": 1, "b": 1], "name": "pair", "unique": true]],
    ])
  }

  private static func times(_ number: BSONValue) -> BSONValue { ["$multiply": ["$n", number]] }
  private static func joined(_ parts: BSONValue...) -> BSONValue { ["$concat": BSONValue(parts)] }
  private static func modulo(_ number: Int) -> BSONValue { ["$mod": ["$n", BSONValue(number)]] }
  private static func date(_ base: Int64, _ more: BSONValue) -> BSONValue {
    ["$toDate": ["$add": [.int64(base), ["$toLong": more]]]]
  }
  private static func every(_ number: Int, _ value: BSONValue) -> BSONValue {
    ["$cond": [["$eq": [modulo(number), 0]], value, "$$REMOVE"]]
  }
  private static let text: BSONValue = ["$toString": "$n"]
  private static let id: BSONValue = ["$toLong": times(10)]

  private static let documentOfMongo: [String: BSONValue] = [
    "things": [
      "_id": id, "name": joined("Zoé Nowak ", text), "code": joined("Code-", text),
      "ratio": ["$divide": ["$n", 8]], "single": ["$divide": [modulo(1000), 4]], "small": modulo(1000),
      "whole": "$n", "large": ["$multiply": [["$toLong": "$n"], 1_000_003]],
      "amount": ["$toDecimal": joined(text, ".25")], "price": ["$toDecimal": joined(text, ".5")],
      "flag": ["$eq": [modulo(2), 1]], "at": date(1_700_000_000_123, times(1000)),
      "stamp": date(1_600_000_000_001, times(1000)),
      "day": date(0, ["$multiply": [["$toLong": modulo(20000)], 86_400_000]]), "clock": "12:34:56.5",
      "kind": ["$arrayElemAt": [["new", "active", "lost"], modulo(3)]],
      "token": joined(
        "00000000-0000-4000-8000-", ["$toString": ["$add": [.int64(100_000_000_000), "$n"]]]),
      "address": joined("10.1.", ["$toString": modulo(200)], ".7"), "idle": "PT24H",
      "words": ["red", "green", joined("w", text)], "counts": [1, 2, "$n"],
      "detail": ["v": "$n", "w": ["a": 1, "b": nil], "l": [1, 2]],
      "email": joined("n", text, "@example.com"), "tags": every(8, ["t0", "t1"]),
      "parts": every(16, [["part": "a", "amount": 1, "marks": ["m0"]]]),
    ],
    "labels": [
      "_id": ["$cond": [["$eq": [modulo(2), 0]], joined("k", text), "$n"]], "v": joined("label ", text),
    ],
    "pairs": [
      "_id": "$n", "a": joined("p", ["$toString": modulo(7)]), "b": "$n", "v": joined("pair ", text),
      "w": times(3),
    ],
    "readings": [
      "_id": id, "score": ["$divide": ["$n", 4]], "level": times(100),
      "cost": ["$toDecimal": joined(text, ".5")], "seen": date(1_700_000_000_000, "$n"), "state": "shown",
    ],
    "members": ["_id": id, "thing": ["$toLong": ["$multiply": [["$add": [modulo(10), 3]], 10]]]],
    "notes": ["_id": id, "thing": ["$toLong": ["$multiply": [["$add": [modulo(10), 3]], 10]]]],
  ]
}
