internal import Codec
internal import Mongo

/// The names under which a guarded collection is kept.
struct FrozenNames: Equatable {
  /// Where applications know it.
  let name: String
  /// Where its documents are while nobody may write them.
  let hidden: String
  /// How the names begin of collections that were found in its place.
  let stray: String

  /// The longest name of a collection with its database, in bytes.
  private static let longest = 255

  init(_ name: String, database: String) {
    self.name = name
    // Room for a stray's number.
    let room = Self.longest - database.utf8.count - MongoCollectionInfo.frozenPrefix.utf8.count - 8
    let short = name.utf8.count <= room ? name : Self.digest(name)
    hidden = MongoCollectionInfo.frozenPrefix + short
    stray = "kedge_stray.\(short)."
  }

  private static func digest(_ name: String) -> String {
    var buffer = ByteBuffer(capacity: 32)
    var text = name
    text.withUTF8 { SHA256.append(digestOf: UnsafeRawBufferPointer($0), to: &buffer) }
    return buffer.bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
