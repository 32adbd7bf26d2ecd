public import Codec

/// Encodes records again and again and holds the encoder to what it promises.
public enum Trial {
  /// What came of encoding: rows for each table as bytes, or a refusal.
  public enum Outcome: Equatable {
    case rows([[UInt8]])
    case refused(Refusal)
  }

  /// Encodes the record in the encoder's slots, behind rows that stand there already.
  ///
  /// - Parameter types: For each table its columns' types, those that every row begins with included.
  public static func encode(
    _ encoder: RecordEncoder, _ prefix: RecordEncoder.Prefix, types: [[TargetType?]]
  ) -> Outcome {
    let rows = types.map { _ in RowBuffer(capacity: 64) }
    for buffer in rows { buffer.bytes.append(0xAB) }
    do throws(Refusal) {
      try encoder.encode(prefix: prefix, into: rows)
    } catch {
      for buffer in rows {
        expect(
          buffer.count == 0 && buffer.bytes.count == 1 && buffer.bytes.bytes[0] == 0xAB,
          "what is refused leaves nothing in any buffer")
      }
      return .refused(error)
    }
    expect(rows[0].count == 1, "a record makes one row of the main table")
    var made: [[UInt8]] = []
    for (index, buffer) in rows.enumerated() {
      let copy = RowBuffer(capacity: 64)
      copy.bytes.append(UnsafeRawBufferPointer(rebasing: buffer.bytes.bytes[1...]))
      copy.count = buffer.count
      CopyRows.check(copy, types[index])
      made.append(Array(copy.bytes.bytes))
    }
    return .rows(made)
  }

  /// Encodes the record for the target table, and then for the staging table, where it has to land just as well.
  ///
  /// - Parameters:
  ///   - types: For each table its columns' types, without those of the staging table.
  ///   - fill: Fills the slots anew, as each encoding wants them.
  public static func encodeForBoth(
    _ encoder: RecordEncoder, types: [[TargetType?]], fill: () throws(Refusal) -> Void
  ) -> Outcome {
    do throws(Refusal) { try fill() } catch { return .refused(error) }
    let plain = encode(encoder, .none, types: types)
    do throws(Refusal) { try fill() } catch { finding("a record that was read once can be read again") }
    let staged = locator.withUnsafeBytes {
      encode(
        encoder, .staged(row: 3, locator: $0),
        types: types.enumerated().map { ($0.offset == 0 ? [.integer, nil] : [.integer]) + $0.element })
    }
    switch (plain, staged) {
    case (.rows, .rows): break
    case (.refused(let one), .refused(let other)) where one == other: break
    default: finding("a record lands in the staging table just when it lands in the target")
    }
    return plain
  }

  private static let locator = [UInt8](repeating: 7, count: 12)

  /// Encodes the key alone.
  public static func encodeKey(_ encoder: RecordEncoder) {
    var key = ByteBuffer()
    key.append(0xAB)
    do throws(Refusal) {
      try encoder.encodeKey(to: &key)
    } catch {
      expect(key.count == 1, "a key that is refused leaves nothing in the buffer")
    }
  }
}
