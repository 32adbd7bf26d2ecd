/// Objects of few members, as most are: their keys are put in order first, so that each member is written once, to where it
/// stays.
extension CanonicalJSON {
  /// The most members for which this is done.
  private static let few = 16
  /// The deepest nesting at which it is: each level takes a kilobyte of the thread's stack.
  private static let shallow = 16

  private struct Member {
    var key: UnsafeRawBufferPointer
    /// The key's first eight bytes, or all of a shorter one, as a number: decides most comparisons of keys equally long.
    var prefix: UInt64
    var value: RawValue
  }

  /// Appends a document as an object, if it is one of few members.
  ///
  /// - Returns: false if it has too many, or lies too deep; the buffers are then as they were.
  /// - Throws: as ``append(_:scratch:to:)`` does; the buffers are then the caller's to restore.
  static func appendFew(
    _ document: UnsafeRawBufferPointer, depth: Int, scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) -> Bool {
    guard depth <= shallow else { return false }
    var failure: Refusal?
    let isWritten = withUnsafeTemporaryAllocation(of: Member.self, capacity: few) { memory -> Bool in
      guard let members = memory.baseAddress else { return false }
      do throws(Refusal) {
        return try appendFew(document, members, depth: depth, scratch: &scratch, to: &out)
      } catch {
        failure = error
        return false
      }
    }
    if let failure { throw failure }
    return isWritten
  }

  private static func appendFew(
    _ document: UnsafeRawBufferPointer, _ members: UnsafeMutablePointer<Member>, depth: Int,
    scratch: inout ByteBuffer, to out: inout ByteBuffer
  ) throws(Refusal) -> Bool {
    var reader = try BSONReader(document)
    var order = InlineArray<16, UInt8>(repeating: 0)
    var count = 0
    while let type = reader.type {
      guard count < few else { return false }
      let key = try reader.name()
      let prefix = prefix(of: key, until: reader.end)
      (members + count).initialize(to: Member(key: key, prefix: prefix, value: try reader.value(type)))
      // Members that come in order, as from a source that sorts them, stay where they are.
      var place = count
      while place > 0 {
        let difference = compare(members + Int(order[place &- 1]), members + count)
        if difference < 0 { break }
        if difference == 0 { throw Refusal(.duplicateField, found: .document) }
        order[place] = order[place &- 1]
        place &-= 1
      }
      order[place] = UInt8(truncatingIfNeeded: count)
      count &+= 1
    }
    out.append(UInt8(ascii: "{"))
    for place in 0..<count {
      if place > 0 { out.append(UInt8(ascii: ","), UInt8(ascii: " ")) }
      let member = members + Int(order[place])
      try appendMember(
        member.pointee.key, member.pointee.value, depth: depth, scratch: &scratch, to: &out)
    }
    out.append(UInt8(ascii: "}"))
    return true
  }

  @inline(__always)
  private static func prefix(of key: UnsafeRawBufferPointer, until end: UnsafeRawPointer) -> UInt64 {
    guard let start = key.baseAddress, key.count > 0 else { return 0 }
    if end - start >= 8 {
      let word = UInt64(bigEndian: start.loadUnaligned(as: UInt64.self))
      return key.count >= 8 ? word : word >> UInt64(truncatingIfNeeded: 64 &- key.count &* 8)
    }
    var prefix: UInt64 = 0
    for byte in key { prefix = prefix << 8 | UInt64(byte) }
    return prefix
  }

  /// The order of `jsonb`: shorter keys first, then by bytes.
  @inline(__always)
  private static func compare(_ left: UnsafePointer<Member>, _ right: UnsafePointer<Member>) -> Int {
    let (a, b) = (left.pointee.key, right.pointee.key)
    if a.count != b.count { return a.count &- b.count }
    if left.pointee.prefix != right.pointee.prefix {
      return left.pointee.prefix < right.pointee.prefix ? -1 : 1
    }
    var offset = 8
    while offset < a.count {
      if a[offset] != b[offset] { return a[offset] < b[offset] ? -1 : 1 }
      offset &+= 1
    }
    return 0
  }
}
