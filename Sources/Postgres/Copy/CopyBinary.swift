/// The frame of a `COPY … (FORMAT binary)` stream: a header, rows, a trailer.
///
/// A row is the count of its fields as a big-endian Int16, then for each field its length as a big-endian Int32
/// (-1 for null) and its bytes.
public enum CopyBinary {
  /// The 19 bytes that open a stream: the signature, no flags, no extension.
  public static let header: [UInt8] =
    Array("PGCOPY\n".utf8) + [0xFF, 0x0D, 0x0A, 0x00] + [0, 0, 0, 0, 0, 0, 0, 0]

  /// The 2 bytes that close a stream: a field count of -1.
  public static let trailer: [UInt8] = [0xFF, 0xFF]
}
