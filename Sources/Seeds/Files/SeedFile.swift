internal import Mapping
internal import Migrations

/// One file of seeds: rows of one table, by the table's natural key.
struct SeedFile {
  /// Which table, as the file says it.
  enum Target {
    case entity(Located<String>)
    case table(Located<String>)

    var name: Located<String> {
      switch self {
      case .entity(let name), .table(let name): name
      }
    }
  }

  /// What gives the rows.
  enum Content {
    case rows([SeedRow])
    /// One query, its columns named as the table's.
    case query(SQLStatement)
  }

  /// The file's name in its folder, by which its rows are remembered.
  var name: String
  var path: String
  var target: Target
  /// The natural key, where the file says one.
  var key: [Located<String>]?
  /// Whether rows are put as the file says, whatever a person made of them.
  var isForced: Bool
  /// The columns that rows name, each where it stands first. Empty for a query.
  var columns: [Located<String>]
  var content: Content
  /// Where rows or the query begin.
  var location: SourceLocation
}

/// One row as its file says it.
struct SeedRow {
  /// A value in a row, with its place.
  struct Cell {
    /// Its column among the file's.
    var column: Int
    var value: SeedValue
    var line: Int
    var character: Int
  }

  var cells: [Cell]
  var line: Int
  var character: Int
}

/// A value as YAML has it.
enum SeedValue {
  case null
  /// The text of a scalar, which Postgres casts to the column's type.
  case text(String)
  /// A list or a mapping.
  case tree(YAMLNode)
}
