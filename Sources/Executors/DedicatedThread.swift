internal import Glibc

/// A thread of the operating system that runs one body and ends.
///
/// Threads of the standard library's cooperative pool are few (one for each core) and must not block, so
/// everything that waits for a server or a disk runs on one of these.
public struct DedicatedThread {
  /// Bytes of stack: enough for recursive walks over deeply nested documents.
  static let stackSize = 16 << 20

  private let thread: pthread_t

  /// Starts a thread.
  ///
  /// - Parameter name: what debuggers and `top -H` show; the system keeps its first 15 bytes.
  /// - Throws: ``ThreadError`` if the system refuses another thread.
  public init(name: String, _ body: @escaping @Sendable () -> Void) throws {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setstacksize(&attributes, Self.stackSize)

    let work = Unmanaged.passRetained(Work(name: name, body: body))
    var started = pthread_t()
    let code = pthread_create(
      &started, &attributes,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Work>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, work.toOpaque())
    guard code == 0 else {
      // The thread that would have taken the reference over doesn't exist.
      work.release()
      throw ThreadError(name: name, systemError: code)
    }
    thread = started
  }

  /// Waits for the thread's end and frees it. Call either this or ``detach()``, once.
  public func join() { pthread_join(thread, nil) }

  /// Lets the thread free itself when it ends.
  public func detach() { pthread_detach(thread) }
}

/// What a thread is to do, carried through the C interface as one reference.
private final class Work: Sendable {
  private let name: String
  private let body: @Sendable () -> Void

  init(name: String, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.body = body
  }

  func run() {
    nameCurrentThread(name)
    body()
  }
}

/// The system refused to start a thread.
public struct ThreadError: Error, Sendable, CustomStringConvertible {
  /// The name that the thread would have had.
  public let name: String
  /// The system's error number.
  public let systemError: Int32

  /// The error as a sentence that says what to do.
  public var description: String {
    "The system refused to start the thread \"\(name)\" (\(String(cString: strerror(systemError)))); "
      + "use fewer workers, or raise the limit of processes (ulimit -u)."
  }
}
