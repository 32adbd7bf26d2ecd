internal import Glibc
public import Mapping

extension CalendarDay {
  /// The day that it is now, in UTC.
  public static func inUTC() -> CalendarDay {
    var now = time(nil)
    var parts = tm()
    gmtime_r(&now, &parts)
    // A clock that stands outside all years counts as the last day: every crossing has expired then.
    return CalendarDay(year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1, day: Int(parts.tm_mday))
      ?? CalendarDay.last
  }

  private static let last = CalendarDay("9999-12-31") ?? CalendarDay.inUTC()
}
