internal import Glibc

/// Files that this process has open and a program that it starts isn't to have: connections to databases, above all, whose
/// other end would wait for that program.
public enum OpenFiles {
  /// The descriptors of all but the three standard ones.
  public static func besidesStandard() -> [Int32] {
    guard let folder = opendir("/proc/self/fd") else { return [] }
    defer { closedir(folder) }
    var descriptors: [Int32] = []
    while let entry = readdir(folder) {
      let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let descriptor = Int32(name), descriptor > 2, descriptor != dirfd(folder) {
        descriptors.append(descriptor)
      }
    }
    return descriptors
  }
}
