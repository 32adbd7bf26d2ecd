/// Some rows of a list, and where the next ones begin.
///
/// Pages go by key, not by number: rows that come or go meanwhile neither repeat nor hide others, and the thousandth page costs
/// what the first one does.
public struct Page<Item: Sendable>: Sendable {
  /// The rows, in the list's order.
  public let items: [Item]
  /// What to ask for the next page with; nil at the end.
  public let next: PageCursor?

  /// A page from its parts.
  public init(items: [Item], next: PageCursor?) {
    self.items = items
    self.next = next
  }

  /// The same page of other items.
  public func map<Other: Sendable>(_ transform: (Item) throws -> Other) rethrows -> Page<Other> {
    Page<Other>(items: try items.map(transform), next: next)
  }
}

extension Page: Equatable where Item: Equatable {}
