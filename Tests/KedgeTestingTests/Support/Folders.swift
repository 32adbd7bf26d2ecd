import Foundation

/// Runs a block with a folder of its own.
func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
  let folder = NSTemporaryDirectory() + "kedge-testing-\(UInt64.random(in: 0 ... .max))"
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer {
    do { try FileManager.default.removeItem(atPath: folder) } catch {
      print("\(folder) is left behind: \(error)")
    }
  }
  return try body(folder)
}
