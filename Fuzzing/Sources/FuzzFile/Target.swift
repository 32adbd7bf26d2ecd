internal import FuzzSupport
internal import Glibc
internal import SQLite

/// libFuzzer's entry: the input is a SQLite database file, as it lies on a disk that has lost some of its bits.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzFile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let path = "/tmp/kedge-fuzz-\(getpid())-file.db"
  write(UnsafeRawBufferPointer(start: start, count: count), to: path)
  // SQLite leaves files beside a database in WAL mode, which the next input must not find.
  defer { for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) } }
  do {
    try DatabaseTrial.read(path)
  } catch let error as SQLiteError {
    let said = error.description
    expect(said.contains(path), "an error names the file: \(said)")
    expect(!error.message.isEmpty && error.code != 0, "an error says what is wrong: \(said)")
    expect(error.code != misuse, "a damaged file leads to no misuse of the library: \(said)")
  } catch {
    finding("a damaged file gives a SQLiteError, not: \(error)")
  }
  return 0
}

/// `SQLITE_MISUSE`.
private let misuse = 21

private func write(_ bytes: UnsafeRawBufferPointer, to path: String) {
  let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
  defer { close(descriptor) }
  guard descriptor >= 0,
    bytes.isEmpty || Glibc.write(descriptor, bytes.baseAddress, bytes.count) == bytes.count
  else { finding("the input can be written to \(path)") }
}
