/// One count of what a sample holds, or of what has to become of it: what its generator knows to be true.
public struct SampleCount: Sendable, Equatable, CustomStringConvertible {
  /// The collection or table.
  public var place: String
  /// What is counted: `records`, `quarantined`, `filtered`, `orphans`, or the sum of a field.
  public var what: String
  /// How many, or how much.
  public var count: Int

  init(_ place: String, _ what: String, _ count: Int) {
    self.place = place
    self.what = what
    self.count = count
  }

  /// The three, with a space between.
  public var description: String { "\(place) \(what) \(count)" }
}
