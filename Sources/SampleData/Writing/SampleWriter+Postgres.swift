public import Postgres

extension SampleWriter {
  /// Writes the rows of i2i into the tables that its migrations made, all of them or none.
  ///
  /// - Throws: `PostgresError`; `SampleError` where the tables or the workflows aren't there, or rows are and `replacing` is off.
  public func write(_ sample: I2ISample, to postgres: PostgresConnection) throws {
    let tables = try postgres.query(
      "SELECT 1 FROM unnest(ARRAY['users', 'images', 'processing_jobs', 'workflow_configs']) t WHERE to_regclass(t) IS NULL"
    )
    guard tables.isEmpty else {
      throw SampleError("The tables of i2i aren't there. Run kedge migrate up --mappings mappings/i2i.")
    }
    let workflows = try postgres.query("SELECT 1 FROM workflow_configs WHERE id LIKE 'mannequin-to-human-v%'")
    guard workflows.count >= 2 else {
      throw SampleError("The workflows of i2i aren't there. Run kedge seed --mappings mappings/i2i.")
    }
    try postgres.transaction {
      if replacing {
        try postgres.execute("DELETE FROM users")
      } else if try !postgres.query("SELECT 1 FROM users LIMIT 1").isEmpty {
        throw SampleError("The table users isn't empty. Add --drop to replace what is there.")
      }
      for table in I2ITable.allCases {
        try copy(into: table.rawValue, columns: table.columns, count: sample.count(table), postgres) {
          sample.row(table, $0)
        }
        report(table.rawValue, sample.count(table))
      }
    }
    // Plans that were made for empty tables don't suit full ones.
    for table in I2ITable.allCases { try postgres.execute("ANALYZE \(table.rawValue)") }
  }

  private func copy(
    into table: String, columns: [String], count: Int, _ postgres: PostgresConnection,
    _ row: (Int) -> [String?]
  ) throws {
    try postgres.beginCopyIn("COPY \(table) (\(columns.joined(separator: ", "))) FROM STDIN")
    var bytes: [UInt8] = []
    for index in 0..<count {
      append(row(index), to: &bytes)
      if bytes.count > 1 << 18 || index == count - 1 {
        try bytes.withUnsafeBytes { try postgres.putCopyData($0) }
        bytes.removeAll(keepingCapacity: true)
      }
    }
    _ = try postgres.endCopyIn()
  }

  /// One line of COPY's text format.
  private func append(_ row: [String?], to bytes: inout [UInt8]) {
    for (place, cell) in row.enumerated() {
      if place > 0 { bytes.append(UInt8(ascii: "\t")) }
      guard let cell else {
        bytes.append(contentsOf: "\\N".utf8)
        continue
      }
      for byte in cell.utf8 {
        switch byte {
        case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
        case UInt8(ascii: "\t"): bytes.append(contentsOf: "\\t".utf8)
        case UInt8(ascii: "\n"): bytes.append(contentsOf: "\\n".utf8)
        case UInt8(ascii: "\r"): bytes.append(contentsOf: "\\r".utf8)
        default: bytes.append(byte)
        }
      }
    }
    bytes.append(UInt8(ascii: "\n"))
  }
}
