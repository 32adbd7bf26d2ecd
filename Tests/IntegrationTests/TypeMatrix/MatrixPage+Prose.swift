/// What the page says beside its tables.
extension MatrixPage {
  static let introduction = """
    # Type matrix

    What becomes of every kind of source value in every type of column. A test writes this page from what the engine did on real
    servers and what `psql` printed afterwards, and fails when the page says anything else. To write it anew:
    `KEDGE_RECORD_GOLDEN=1 swift test --filter TypeMatrix`.

    | in a cell | means |
    |---|---|
    | `=` | values land exactly, without a transform |
    | `number` | values that nothing before takes land through this transform; see the [mapping reference](mapping-reference.md#transforms) |
    | *not_exact* | values that none of these takes go to quarantine with this reason |
    | – | none lands: every record goes to quarantine, *wrong_type* |

    Several of these stand where values of one kind differ: `=`, *out_of_range* means that some land and the others are out of range.

    """

  static let sqliteNote = """
    SQLite stores each value by itself in one of five storage classes, whatever its column declares.

    """
  static let declaredNote = """
    What a column's declaration makes of a value is SQLite's own doing, before Kedge reads it: `12` in a REAL column is a double. What is stored is what lands,
    in databases of UTF-8 and of UTF-16, little- and big-endian, alike.

    """
  static let specialNote = """
    Each value in the type that fits its kind best, and in `jsonb` through `ejson`, which takes every kind. Long texts are cut here by `…`.

    """

  static let arraysNote = """
    An array lands in an array column where each of its elements would land in a column of the element's type; transforms are for each
    element. `null` elements stay NULL. One element that doesn't fit sends the record to quarantine. Columns of arrays have one dimension.

    """
  static let documentsNote = """
    Whole documents, each in a collection of its own with `_id` as key. The field at fault stands in brackets behind the reason.

    """
  static let formsNote = """
    What becomes of each form of table that SQLite knows; the figures are of the test's own run, and the same in databases of UTF-8 and of
    UTF-16, little- and big-endian. The field at fault stands in brackets behind the reason.

    """
  static let clothesNote = """
    SQLite has neither booleans nor times. Each of these texts and numbers lands through the transform that names its dress.

    """
  static let filledNote = """
    Columns under [`generated`](mapping-reference.md#generated-columns) are Postgres' own: `number: { type: bigint, as: identity }` counts the
    rows, `double: { type: bigint, as: "amount * 2" }` is an expression over them. A mapping names no source for them, and nothing is
    written to them; an audit doesn't compare them. Which number a row gets follows the order in which rows land, and a later
    backfill may leave gaps, so no reference should lead to it.

    """
}
