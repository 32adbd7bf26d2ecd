extension Catalog {
  /// Which files were moved from one store of files to another, so that a further run needn't read them again.
  static let fileTables: [String] = [
    """
    CREATE TABLE kedge.file_moves (
      id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      source text NOT NULL,
      destination text NOT NULL,
      began_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      UNIQUE (source, destination)
    )
    """,
    // The stamps change when somebody writes either file again, which makes the row void.
    """
    CREATE TABLE kedge.moved_files (
      move integer NOT NULL REFERENCES kedge.file_moves ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      size bigint NOT NULL,
      digest text NOT NULL,
      source_stamp text NOT NULL,
      destination_stamp text NOT NULL,
      moved_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (move, name)
    )
    """,
  ]
}
