internal import Foundation

/// Names the calling thread for debuggers and `top -H`; the system keeps the first 15 bytes.
///
/// In a file of its own because Foundation and Glibc, imported together, disagree on who defines the thread types.
func nameCurrentThread(_ name: String) {
  Thread.current.name = String(decoding: name.utf8.prefix(15), as: UTF8.self)
}
