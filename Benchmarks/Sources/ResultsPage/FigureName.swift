/// The names that sections and the page give to what is measured.
public enum FigureName {
  /// By the hand-written C program.
  public static let read = "raw read of the source, every field visited"
  /// From memory, into the empty table with its key.
  public static let copy = "COPY BINARY of the same bytes, key first"
  /// From memory, into the table without its key, which is then made.
  public static let copyKeyAfter = "COPY BINARY, key built after"
  /// What read and COPY can't go below where they share the cores.
  public static let processorLimit = "processor time of read and COPY, over all cores"
  /// The largest of the read, the quicker COPY, and their processor time over all cores.
  public static let limit = "limit"
  /// By the hand-written C program.
  public static let pipelineOne = "C pipeline, 1 connection"
  /// By the hand-written C program.
  public static let pipeline = "C pipeline, a connection for each core"
  /// As it is by default.
  public static let kedge = "kedge"
  /// Of its own process, in user and system mode.
  public static let ownProcessor = "processor time of kedge"
  /// Of all of the server's processes, while Kedge ran.
  public static let postgresProcessor = "processor time of PostgreSQL"
  /// Of the server, while Kedge ran.
  public static let mongoProcessor = "processor time of mongod"
  /// The peak of its resident memory.
  public static let memory = "most memory of kedge"
  /// Nothing is done with the records but to count them.
  public static let bothSides = "raw read of both sides at once"
  /// A backfill onto rows that are all there already.
  public static let again = "kedge again, nothing to do"
  /// Of its own process.
  public static let againProcessor = "processor time of kedge, nothing to do"
  /// The peak of its resident memory.
  public static let againMemory = "most memory of kedge, nothing to do"
  /// Raw, from memory.
  public static let rawTenth = "COPY to staging and merge, a tenth changed"
  /// A backfill onto rows of which a tenth differ.
  public static let kedgeTenth = "kedge, a tenth changed"
  /// Raw, from memory.
  public static let rawAll = "COPY to staging and merge, all changed"
  /// A backfill onto rows that all differ.
  public static let kedgeAll = "kedge, all changed"
  /// While both are read.
  public static let sourceSide = "of it, the source alone"
  /// While both are read.
  public static let targetSide = "of it, the target alone"
  /// As an audit that merges has to read.
  public static let orderedRead = "the same in the key's order"
  /// The middle one.
  public static let median = "p50"
  /// What one in a hundred exceeds.
  public static let percentile99 = "p99"
  /// Of memory, for each check.
  public static let allocations = "allocations"
  /// Without the triggers.
  public static let without = "without"
  /// With the triggers.
  public static let with = "with"
  /// By the clock.
  public static let seconds = "by the clock"
  /// Of a whole tree of processes.
  public static let processor = "processor time"
  /// Of a whole tree of processes.
  public static let mostMemory = "most memory"

  /// The time and the memory of a backfill of so many records, and the time of the bare COPY of them, with the key made after.
  public static func scaling(_ rows: Int) -> (seconds: String, memory: String, raw: String) {
    ("\(rows) records", "\(rows) records, most memory", "\(rows) records, COPY and key from memory")
  }
}
