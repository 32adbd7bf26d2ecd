/// How long a connection bears a silent server, and what it does then. Counts seconds in which nothing came or went.
///
/// A statement that runs for an hour is silent for an hour, on a server that is well. So silence alone ends nothing: it
/// makes us ask, on a second connection.
struct Silence {
  /// Seconds of silence after which something is done; nil for never.
  let limit: Int?
  /// Whether the server is asked then; if not, the connection counts as lost at once.
  let asks: Bool
  /// Seconds that a server has to react after its statement was cancelled.
  var cancelLimit: Int { min(limit ?? Self.longestCancel, Self.longestCancel) }

  /// Seconds of silence so far.
  var seconds = 0
  /// Seconds since a cancel request was made for what runs.
  var secondsSinceCancel = 0
  /// How often in a row the server said that it isn't at work for us.
  var denials = 0
  /// How often in a row asking gave no answer to the question.
  var doubts = 0
  /// The number of cancel requests before what runs began.
  var earlierCancels = 0

  /// An answer may be under way while we ask: so the server has to deny twice, with this many seconds between.
  static let secondLook = 5
  /// A server that can never be asked (it has no connection to spare, say) isn't waited for without an end.
  static let mostDoubts = 10
  private static let longestCancel = 10

  init(limit: Int?, asks: Bool) {
    self.limit = limit
    self.asks = asks
  }

  /// Something came or went.
  mutating func heard() {
    seconds = 0
    denials = 0
    doubts = 0
  }

  /// A statement begins.
  mutating func begin(cancels: Int) {
    heard()
    secondsSinceCancel = 0
    earlierCancels = cancels
  }
}
