/// Ends the run as a crash does, so that libFuzzer keeps the input: a promise of the code under test doesn't hold.
///
/// - Parameter promise: What should have held, as a sentence.
public func finding(_ promise: String) -> Never { fatalError("finding: " + promise) }

/// Ends the run unless a promise holds.
@inline(__always)
public func expect(_ holds: Bool, _ promise: @autoclosure () -> String) {
  if !holds { finding(promise()) }
}
