public import Database
public import Mapping

extension CalendarDay: DatabaseEncodable, DatabaseDecodable {
  /// As `2027-01-31`.
  public var databaseValue: DatabaseValue { .text(description) }

  /// From a date, or its text.
  public static func decode(from cell: DatabaseCell) -> CalendarDay? {
    if case .text(let text, _) = cell { CalendarDay(text) } else { nil }
  }
}
