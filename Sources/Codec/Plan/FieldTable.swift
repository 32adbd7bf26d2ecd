/// The names of one level of a document, each with what becomes of its value.
///
/// Fields mostly stand in the order of the document before. So each remembers which one followed it last; that one is tried
/// first, then the one that follows it, as a field is left out now and then; after that a hash table.
struct FieldTable: ~Copyable {
  struct Field {
    /// The name with a NUL behind it, padded with zeros to whole words.
    let name: UnsafeRawPointer
    /// Its bytes, without the NUL.
    let count: Int
    var slot: Int32
    var child: Int32
    /// Its place among the fields whose text is JSON, or -1; and the slot that takes what the text says.
    var text: Int32 = -1
    var parsedSlot: Int32 = -1
    /// Its place among the unmapped fields, once it was met as one.
    var tally: Int32 = -1
    /// The field that followed it last, which may not be there yet.
    var next: Int32
    /// The mapping leaves it out by name.
    var isIgnored: Bool

    var key: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: name, count: count) }
  }

  /// Plain memory, as in the hot loop an array would be asked for its uniqueness and its bounds with each field.
  private(set) var fields: UnsafeMutablePointer<Field>
  private(set) var count = 0
  private var capacity = 8
  /// Open addressing; -1 is free. Its size is a power of two, at least twice the number of fields.
  private var places: UnsafeMutablePointer<Int32>
  private var placeCount = 16
  /// The field that is expected next.
  private var expected = 0
  /// The field that was found last; -1 at a document's beginning.
  private var last = -1

  init() {
    fields = .allocate(capacity: capacity)
    places = .allocate(capacity: placeCount)
    places.initialize(repeating: -1, count: placeCount)
  }

  deinit {
    for index in 0..<count { UnsafeMutableRawPointer(mutating: fields[index].name).deallocate() }
    fields.deallocate()
    places.deallocate()
  }

  /// Begins a document.
  @inline(__always)
  mutating func begin() {
    expected = 0
    last = -1
  }

  /// Moves the reader from an element's start to its value, where the element's name is one of those expected.
  ///
  /// - Returns: its field, or -1 if the reader is where it was.
  @inline(__always)
  mutating func takeExpected(_ reader: inout BSONReader) -> Int {
    var index = expected
    for _ in 0..<2 where index < count {
      let field = fields + index
      if reader.skip(name: field.pointee.name, count: field.pointee.count &+ 1) {
        last = index
        expected = Int(field.pointee.next)
        return index
      }
      index = Int(field.pointee.next)
    }
    return -1
  }

  /// The field with this name; -1 if there is none.
  mutating func find(_ key: UnsafeRawBufferPointer) -> Int {
    if expected < count, Self.equal(fields[expected], key) {
      last = expected
      expected = Int(fields[expected].next)
      return last
    }
    return findByHash(key)
  }

  /// The field with this name, which isn't the one that was expected; -1 if there is none.
  @inline(never)
  mutating func findByHash(_ key: UnsafeRawBufferPointer) -> Int {
    let mask = placeCount &- 1
    var place = Int(truncatingIfNeeded: Self.hash(key)) & mask
    while true {
      let index = Int(places[place])
      if index < 0 { return -1 }
      if Self.equal(fields[index], key) {
        follow(index)
        return index
      }
      place = (place &+ 1) & mask
    }
  }

  /// Remembers that a field came after the one before it.
  private mutating func follow(_ index: Int) {
    if last >= 0 { fields[last].next = Int32(truncatingIfNeeded: index) }
    last = index
    expected = Int(fields[index].next)
  }

  /// Adds a field that was met in a document.
  mutating func addMet(_ key: UnsafeRawBufferPointer) -> Int {
    add(key, slot: -1, child: -1, isIgnored: false)
    follow(count - 1)
    return count - 1
  }

  /// Adds a field, whose name is copied.
  mutating func add(_ key: UnsafeRawBufferPointer, slot: Int32, child: Int32, isIgnored: Bool) {
    if count == capacity {
      let larger = UnsafeMutablePointer<Field>.allocate(capacity: capacity * 2)
      larger.moveInitialize(from: fields, count: count)
      fields.deallocate()
      fields = larger
      capacity *= 2
    }
    let size = (key.count + 8) & ~7
    let name = UnsafeMutableRawPointer.allocate(byteCount: size, alignment: 8)
    name.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    if let start = key.baseAddress { name.copyMemory(from: start, byteCount: key.count) }
    (fields + count).initialize(
      to: Field(
        name: name, count: key.count, slot: slot, child: child, next: Int32(count + 1), isIgnored: isIgnored))
    count += 1
    if count * 2 > placeCount {
      places.deallocate()
      placeCount *= 2
      places = .allocate(capacity: placeCount)
      places.initialize(repeating: -1, count: placeCount)
      for index in 0..<count { put(index) }
    } else {
      put(count - 1)
    }
  }

  private func put(_ index: Int) {
    let mask = placeCount - 1
    var place = Int(truncatingIfNeeded: Self.hash(fields[index].key)) & mask
    while places[place] >= 0 { place = (place + 1) & mask }
    places[place] = Int32(index)
  }

  /// FNV-1a, 64 bits: short keys, no adversary that gains anything (a level holds a bounded number of names).
  @inline(__always)
  private static func hash(_ key: UnsafeRawBufferPointer) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in key { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    return hash ^ (hash >> 32)
  }

  @inline(__always)
  private static func equal(_ field: Field, _ key: UnsafeRawBufferPointer) -> Bool {
    guard field.count == key.count else { return false }
    var index = 0
    while index &+ 8 <= key.count {
      if field.name.load(fromByteOffset: index, as: UInt64.self)
        != key.loadUnaligned(fromByteOffset: index, as: UInt64.self)
      {
        return false
      }
      index &+= 8
    }
    while index < key.count {
      if field.name.load(fromByteOffset: index, as: UInt8.self) != key[index] { return false }
      index &+= 1
    }
    return true
  }
}
