internal import Codec
internal import Foundation
internal import SQLite

/// A file that motiv8 keeps.
public struct Motiv8File: Sendable, Equatable {
  public var store: Motiv8Store
  /// Its name below the store, as its row says it.
  public var path: String
  public var content: [UInt8]
}

extension Motiv8Sample {
  /// The file that row `index` of `media_files` names.
  public func file(_ index: Int) -> Motiv8File {
    Motiv8File(
      store: store(ofMedia: index), path: row(.mediaFiles, index)[3].text ?? "",
      content: Self.content(seed: seed, media: index))
  }

  /// The file that no row names; there with any dirt.
  static let strayFile = Motiv8File(
    store: .uploads, path: "incoming/upload.part", content: Array("half of a picture".utf8))

  /// A few hundred bytes that no other file has.
  static func content(seed: UInt64, media index: Int) -> [UInt8] {
    var random = SplitMix64(seed: seed, collection: "motiv8.content", index: index)
    return random.bytes(random.within(32...400))
  }

  /// The SHA-256 as 64 hexadecimal digits.
  static func digest(_ content: [UInt8]) -> String {
    var bytes = ByteBuffer()
    content.withUnsafeBytes { SHA256.append(digestOf: $0, to: &bytes) }
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in bytes.bytes {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Writes all files below a folder, which is made: a folder each for the stores.
  ///
  /// - Returns: how many were written, those of dirt included.
  /// - Throws: whatever the file system refuses.
  public func writeFiles(to folder: String) throws -> Int {
    var written = 0
    var made: Set<String> = []
    func write(_ file: Motiv8File) throws {
      let path = "\(folder)/\(file.store.rawValue)/\(file.path)"
      let parent = (path as NSString).deletingLastPathComponent
      if made.insert(parent).inserted {
        try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
      }
      try Data(file.content).write(to: URL(filePath: path))
      written += 1
    }
    for index in 0..<count(.mediaFiles) { try write(file(index)) }
    if dirt > 0 { try write(Self.strayFile) }
    return written
  }
}
