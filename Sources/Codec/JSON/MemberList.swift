/// The members of an object that is being written, so that they can be put into order at its end.
///
/// Members are written as they come. If they came in order, as they do from a source that sorts its keys, nothing more is
/// to do; else a sorted copy is made. What is known of each member lies in the scratch buffer, as a linked list: lists of
/// nested objects and copies of keys may lie between.
struct MemberList {
  /// A key's bytes: in memory that stays, or at this offset of the scratch buffer, which moves as it grows.
  enum Key {
    case inPlace(UnsafeRawBufferPointer)
    case inScratch(offset: Int, count: Int)
  }

  /// What becomes of members with the same key.
  enum Duplicates {
    case refused
    case lastWins
  }

  /// One member. `next` is the scratch offset of another, or -1.
  private struct Member {
    var keyAddress: UInt
    var keyCount: Int
    /// The key's first eight bytes, most significant first, to decide most comparisons.
    var prefix: UInt64
    /// Where the member lies in the output.
    var start: Int
    var end: Int
    var next: Int
    var isKeyInScratch: Bool
  }

  private var first = -1
  private var last = -1
  private var isSorted = true
  private let scratchMark: Int
  private let outStart: Int

  /// Begins an object: writes its brace.
  init(scratch: borrowing ByteBuffer, out: inout ByteBuffer) {
    out.append(UInt8(ascii: "{"))
    scratchMark = scratch.count
    outStart = out.count
  }

  /// Begins a member: writes the comma before it and notes its key. Key and value are then written by the caller.
  mutating func begin(_ key: Key, scratch: inout ByteBuffer, out: inout ByteBuffer) {
    var member = Self.member(key, scratch: scratch)
    if last >= 0 {
      var previous = Self.load(last, scratch)
      previous.end = out.count
      previous.next = scratch.count
      Self.store(previous, at: last, &scratch)
      if isSorted { isSorted = Self.compare(previous, member, scratch) < 0 }
      out.append(UInt8(ascii: ","), UInt8(ascii: " "))
    } else {
      first = scratch.count
    }
    last = scratch.count
    member.start = out.count
    scratch.reserve(MemoryLayout<Member>.size)
    scratch.written &+= MemoryLayout<Member>.size
    Self.store(member, at: last, &scratch)
  }

  /// Ends the object: puts the members into order, writes the brace, and gives the scratch memory back.
  ///
  /// - Throws: `.duplicateField` if duplicates are refused and there is one.
  mutating func end(
    _ duplicates: Duplicates, scratch: inout ByteBuffer, out: inout ByteBuffer
  ) throws(Refusal) {
    if !isSorted {
      var final = Self.load(last, scratch)
      final.end = out.count
      Self.store(final, at: last, &scratch)
      sort(&scratch)
      let copy = scratch.count
      var offset = first
      while offset >= 0 {
        let member = Self.load(offset, scratch)
        offset = member.next
        if offset >= 0, Self.compare(member, Self.load(offset, scratch), scratch) == 0 {
          // The sort is stable: the one that comes next was written later.
          if duplicates == .refused { throw Refusal(.duplicateField, found: .document) }
          continue
        }
        if scratch.count > copy { scratch.append(", ") }
        scratch.append(UnsafeRawBufferPointer(rebasing: out.bytes[member.start..<member.end]))
      }
      out.truncate(to: outStart)
      out.append(UnsafeRawBufferPointer(rebasing: scratch.bytes[copy...]))
    }
    out.append(UInt8(ascii: "}"))
    scratch.truncate(to: scratchMark)
  }

  private static func member(_ key: Key, scratch: borrowing ByteBuffer) -> Member {
    let bytes: UnsafeRawBufferPointer
    let address: UInt
    var isInScratch = false
    switch key {
    case .inPlace(let place):
      bytes = place
      address = UInt(bitPattern: place.baseAddress)
    case .inScratch(let offset, let count):
      bytes = UnsafeRawBufferPointer(rebasing: scratch.bytes[offset..<offset + count])
      address = UInt(offset)
      isInScratch = true
    }
    var prefix: UInt64 = 0
    if bytes.count >= 8 {
      prefix = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
    } else {
      for byte in bytes { prefix = prefix << 8 | UInt64(byte) }
    }
    return Member(
      keyAddress: address, keyCount: bytes.count, prefix: prefix, start: 0, end: 0, next: -1,
      isKeyInScratch: isInScratch)
  }

  private static func load(_ offset: Int, _ scratch: borrowing ByteBuffer) -> Member {
    (scratch.base + offset).loadUnaligned(as: Member.self)
  }

  private static func store(_ member: Member, at offset: Int, _ scratch: inout ByteBuffer) {
    (scratch.base + offset).storeBytes(of: member, as: Member.self)
  }

  /// The order of `jsonb`: shorter keys first, then by bytes.
  private static func compare(_ left: Member, _ right: Member, _ scratch: borrowing ByteBuffer) -> Int {
    if left.keyCount != right.keyCount { return left.keyCount - right.keyCount }
    // Prefixes of keys shorter than eight bytes are comparable because the keys are equally long.
    if left.prefix != right.prefix { return left.prefix < right.prefix ? -1 : 1 }
    if left.keyCount <= 8 { return 0 }
    let leftKey = key(left, scratch)
    let rightKey = key(right, scratch)
    var offset = 8
    while offset < left.keyCount {
      if leftKey[offset] != rightKey[offset] { return leftKey[offset] < rightKey[offset] ? -1 : 1 }
      offset &+= 1
    }
    return 0
  }

  private static func key(_ member: Member, _ scratch: borrowing ByteBuffer) -> UnsafeRawBufferPointer {
    let start =
      member.isKeyInScratch
      ? UnsafeRawPointer(scratch.base) + Int(member.keyAddress)
      : UnsafeRawPointer(bitPattern: member.keyAddress)
    return UnsafeRawBufferPointer(start: start, count: member.keyCount)
  }

  /// Merges runs of 1, 2, 4 … members: no memory, no deep recursion, and no input that makes it slow.
  private mutating func sort(_ scratch: inout ByteBuffer) {
    var runLength = 1
    while true {
      var rest = first
      var tail = -1
      var merges = 0
      while rest >= 0 {
        merges += 1
        var left = rest
        var leftCount = 0
        var right = rest
        while leftCount < runLength, right >= 0 {
          leftCount += 1
          right = Self.load(right, scratch).next
        }
        var rightCount = runLength
        while leftCount > 0 || (rightCount > 0 && right >= 0) {
          let takesLeft =
            leftCount > 0
            && (rightCount == 0 || right < 0
              || Self.compare(Self.load(left, scratch), Self.load(right, scratch), scratch) <= 0)
          let taken = takesLeft ? left : right
          let next = Self.load(taken, scratch).next
          if takesLeft {
            left = next
            leftCount -= 1
          } else {
            right = next
            rightCount -= 1
          }
          link(taken, after: tail, &scratch)
          tail = taken
        }
        rest = right
      }
      link(-1, after: tail, &scratch)
      if merges <= 1 { return }
      runLength *= 2
    }
  }

  private mutating func link(_ offset: Int, after tail: Int, _ scratch: inout ByteBuffer) {
    guard tail >= 0 else {
      first = offset
      return
    }
    var member = Self.load(tail, scratch)
    member.next = offset
    Self.store(member, at: tail, &scratch)
  }
}
