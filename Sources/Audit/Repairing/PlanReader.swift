internal import Codec
internal import Foundation

/// Reads a plan's file, line by line, and believes no line that isn't as it was written.
final class PlanReader {
  let header: PlanHeader
  private let path: String
  private let handle: FileHandle
  private let seal: String
  private var buffer = Data()
  private var isAtEnd = false
  private var line = 0
  /// How many actions the plan had when it was written; known at its end.
  private(set) var written: Int?

  init(_ path: String) throws {
    self.path = path
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw RepairError.file(path, reason: "can't be read: \(String(cString: strerror(errno)))")
    }
    self.handle = handle
    var buffer = Data()
    var isAtEnd = false
    guard let first = try Self.nextLine(path, handle, &buffer, &isAtEnd) else {
      throw RepairError.notAPlan(path, line: 1)
    }
    let (body, digest) = try Self.opened(first, header: "", path, line: 1)
    seal = digest
    header = try Self.decoded(PlanHeader.self, body, path, line: 1)
    self.buffer = buffer
    self.isAtEnd = isAtEnd
    line = 1
  }

  /// The next action, or nil at the end. Actions with personal keys have neither key nor locator: the audit's own tables
  /// know them.
  func next() throws -> PlannedAction? {
    guard written == nil else {
      return nil
    }
    guard let text = try Self.nextLine(path, handle, &buffer, &isAtEnd) else {
      throw RepairError.cutOff(path)
    }
    line += 1
    let (body, _) = try Self.opened(text, header: seal, path, line: line)
    if body.hasPrefix("{\"end\"") {
      written = try Self.decoded(PlanFile.End.self, body, path, line: line).actions
      if try Self.nextLine(path, handle, &buffer, &isAtEnd) != nil {
        throw RepairError.altered(path, line: line + 1)
      }
      return nil
    }
    let found = try Self.decoded(PlanFile.Line.self, body, path, line: line)
    return PlannedAction(
      number: found.n, entity: found.entity, kind: found.action, key: found.key, columns: found.columns,
      takes: found.takes ?? [], locator: try found.locator.map { Array(try base64($0)) },
      difference: found.difference, source: try found.source.map(hex), target: try found.target.map(hex))
  }

  /// The number of the line that was read last, for errors about what it says.
  var lineNumber: Int { line }

  private func base64(_ text: String) throws -> Data {
    guard let data = Data(base64Encoded: text) else { throw RepairError.notAPlan(path, line: line) }
    return data
  }

  private func hex(_ text: String) throws -> [UInt8] {
    var text = text
    var out = ByteBuffer(capacity: 32)
    var isRead = true
    text.withUTF8 { bytes in
      do throws(Refusal) { try Hex.decode(UnsafeRawBufferPointer(bytes), to: &out) } catch { isRead = false }
    }
    guard isRead else { throw RepairError.notAPlan(path, line: line) }
    return Array(out.bytes)
  }

  /// A line's object without its digest, if the digest is right; and the digest.
  private static func opened(_ text: String, header: String, _ path: String, line: Int) throws -> (
    body: String, digest: String
  ) {
    guard text.utf8.count > PlanFile.sealLength, text.hasPrefix("{"), text.hasSuffix("\"}") else {
      throw RepairError.notAPlan(path, line: line)
    }
    let body = String(decoding: Array(text.utf8.dropLast(PlanFile.sealLength)), as: UTF8.self)
    let digest = PlanFile.digest(of: body, header: header)
    guard text == body + PlanFile.seal(digest) else { throw RepairError.altered(path, line: line) }
    return (body, digest)
  }

  private static func decoded<T: Decodable>(_ type: T.Type, _ body: String, _ path: String, line: Int) throws
    -> T
  {
    do { return try JSONDecoder().decode(type, from: Data((body + "}").utf8)) } catch is DecodingError {
      throw RepairError.notAPlan(path, line: line)
    }
  }

  /// The next line that isn't empty, or nil at the end.
  private static func nextLine(
    _ path: String, _ handle: FileHandle, _ buffer: inout Data, _ isAtEnd: inout Bool
  )
    throws -> String?
  {
    while true {
      if let newline = buffer.firstIndex(of: 0x0A) {
        var bytes = buffer[buffer.startIndex..<newline]
        if bytes.last == 0x0D { bytes.removeLast() }
        let text = String(decoding: bytes, as: UTF8.self)
        buffer = buffer[(newline + 1)...]
        if text.isEmpty { continue }
        return text
      }
      if isAtEnd {
        defer { buffer = Data() }
        return buffer.isEmpty ? nil : String(decoding: buffer, as: UTF8.self)
      }
      do {
        let more = try handle.read(upToCount: 1 << 16) ?? Data()
        isAtEnd = more.isEmpty
        // A slice keeps what was read before: only the rest is carried on.
        buffer = Data(buffer) + more
      } catch { throw RepairError.file(path, reason: "can't be read: \(error.localizedDescription)") }
    }
  }
}
