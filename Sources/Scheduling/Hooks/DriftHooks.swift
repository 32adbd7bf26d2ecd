public import Postgres
public import Progress

/// Tells others what an audit found: a command, an address on the web, or both.
public struct DriftHooks: Sendable {
  public var command: CommandHook?
  public var webhook: Webhook?
  public var occasion: HookOccasion

  public init(command: CommandHook?, webhook: Webhook?, occasion: HookOccasion) {
    self.command = command
    self.webhook = webhook
    self.occasion = occasion
  }

  /// Whether there is anybody to tell.
  public var isEmpty: Bool { command == nil && webhook == nil }

  /// Tells of an audit, if it is the occasion. What goes wrong is logged.
  ///
  /// With ``HookOccasion/change`` an audit that nobody could be told of is told with the next one.
  ///
  /// - Returns: false when somebody was to be told, and nobody was.
  public func tell(_ notice: DriftNotice, target: PostgresSettings, log: Log) -> Bool {
    guard !isEmpty else { return true }
    var told = ""
    if occasion == .change {
      do { told = try AuditNotices(PostgresConnection(target)).told(of: notice.set) } catch {
        // Better told twice than not at all.
        log.warn("what hooks were told last can't be read, so they are told again: \(error)")
        told = notice.state + "?"
      }
    }
    guard occasion.calls(for: notice, told: told) else { return true }
    var reached = 0
    let hooks: [(any Hook)?] = [command, webhook]
    for hook in hooks.compactMap(\.self) {
      do throws(HookFailure) {
        try hook.tell(notice, log: log)
        reached += 1
        log.debug("\(hook.name) was told of audit \(notice.run)")
      } catch {
        log.warn("\(hook.name) wasn't told of audit \(notice.run): \(error)")
      }
    }
    guard reached > 0 else { return false }
    if occasion == .change {
      do { try AuditNotices(PostgresConnection(target)).remember(notice) } catch {
        log.warn("that hooks were told of audit \(notice.run) can't be written down: \(error)")
      }
    }
    return true
  }
}

/// Somebody who is told.
protocol Hook: Sendable {
  /// As a message names it, without any secret.
  var name: String { get }
  func tell(_ notice: DriftNotice, log: Log) throws(HookFailure)
}

/// A hook that wasn't told, as a clause that follows a colon.
struct HookFailure: Error, Sendable, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}
