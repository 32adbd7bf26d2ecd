/// One line of a section's results, as JSON: what a run leaves for the page.
public struct ResultLine: Codable, Sendable, Equatable {
  /// What a line says.
  public enum Event: String, Codable, Sendable {
    /// A workload is measured from here on; what was known of it before is gone.
    case began
    /// The measurements of one thing.
    case figure
    /// Something that isn't a number.
    case fact
    /// A workload couldn't be measured, or not to its end.
    case failed
    /// A workload is done.
    case ended
  }

  /// What it says.
  public var event: Event
  /// What was measured, such as `mongo users`.
  public var workload: String
  /// Of a figure or a fact.
  public var name: String?
  /// Of a figure: `s`, `MiB`, `ns`.
  public var unit: String?
  /// Of a figure, one for each run.
  public var values: [Double]?
  /// Of a fact or a failure.
  public var text: String?
  /// When a workload began, in UTC.
  public var at: String?
  /// How many records a workload has.
  public var rows: Int?

  /// A line of this event.
  public init(_ event: Event, _ workload: String) {
    (self.event, self.workload) = (event, workload)
  }
}
