/// JSON as PostgreSQL prints a `jsonb`: the text that goes in is the text that comes out, so that two values are equal
/// if and only if their bytes are.
///
/// Keys are sorted by length, then by bytes; `": "` and `", "` separate; numbers have no exponent; strings are escaped
/// only where JSON demands it. Nesting beyond 200 levels is refused. Where a function throws, neither buffer has
/// changed.
public enum CanonicalJSON {
  /// The deepest nesting of objects and arrays.
  static let deepestNesting = 200
  /// The longest string or key that a `jsonb` holds, in bytes.
  static let longestString = 0x0FFF_FFFF

  /// Appends a source value as Extended JSON v2, relaxed, where every type can still be told from the others.
  ///
  /// - int32, int64, strings, booleans, null, documents and arrays are JSON's own;
  /// - a finite double is its shortest decimal, with `.0` if it is whole; -0.0, NaN and infinities are
  ///   `{"$numberDouble": …}`;
  /// - a date within the years 1970…9999 is `{"$date": "2024-02-29T12:30:00Z"}`, others `{"$date": {"$numberLong": …}}`;
  /// - all other types are the objects of the Extended JSON specification.
  ///
  /// - Throws: `.invalidUTF8` and `.containsNUL` for texts that a `jsonb` can't hold, `.duplicateField` for a document with
  ///   one key twice, `.tooDeep`, `.tooLong`, `.invalidDocument` for bytes that aren't BSON, `.missing` for a missing value.
  public static func append(
    _ value: RawValue, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    let marks = (scratch.count, out.count)
    do throws(Refusal) {
      try append(value, depth: 0, scratch: &scratch, to: &out)
    } catch {
      scratch.truncate(to: marks.0)
      out.truncate(to: marks.1)
      throw error
    }
  }

  /// Appends an object of these keys and values, each value as `append(_:scratch:to:)` writes it.
  ///
  /// - Throws: as `append(_:scratch:to:)` does; `.duplicateField` if a key stands twice.
  public static func appendObject(
    keys: UnsafePointer<UnsafeRawBufferPointer>, values: UnsafePointer<RawValue>, count: Int,
    scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    let marks = (scratch.count, out.count)
    do throws(Refusal) {
      var members = MemberList(scratch: scratch, out: &out)
      for index in 0..<count {
        members.begin(.inPlace(keys[index]), scratch: &scratch, out: &out)
        try appendMember(keys[index], values[index], depth: 1, scratch: &scratch, to: &out)
      }
      try members.end(.refused, scratch: &scratch, out: &out)
    } catch {
      scratch.truncate(to: marks.0)
      out.truncate(to: marks.1)
      throw error
    }
  }

  /// Appends JSON that is given as text, in the form that PostgreSQL makes of it.
  ///
  /// As in PostgreSQL, the last of several members with one key wins, `-0` becomes `0`, and a number keeps the zeros at
  /// the end of its fraction: `1E5` becomes `100000`, `1.0e-3` becomes `0.0010`.
  /// - Throws: `.invalidJSON` for a text that isn't JSON by RFC 8259, half a surrogate pair included; `.invalidUTF8`;
  ///   `.containsNUL` for `\u0000`; `.outOfRange` for a number beyond `numeric`; `.tooDeep`, `.tooLong`.
  public static func append(
    jsonText: UnsafeRawBufferPointer, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) {
    let marks = (scratch.count, out.count)
    do throws(Refusal) {
      var parser = try JSONText(jsonText)
      try parser.appendDocument(scratch: &scratch, to: &out)
    } catch {
      scratch.truncate(to: marks.0)
      out.truncate(to: marks.1)
      throw error
    }
  }
}
