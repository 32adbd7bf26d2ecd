/// Puts samples into stores.
public struct SampleWriter {
  /// Told after each collection or table, with how many records went in.
  public var report: (_ place: String, _ count: Int) -> Void
  /// Whether what is there under the samples' names goes first. Without it, a place that isn't empty is refused.
  public var replacing: Bool

  public init(replacing: Bool, report: @escaping (_ place: String, _ count: Int) -> Void) {
    self.replacing = replacing
    self.report = report
  }

  /// How many records are made before they are sent.
  static let batch = 2000
}
