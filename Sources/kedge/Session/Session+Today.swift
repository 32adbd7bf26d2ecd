internal import Foundation
internal import Mapping
internal import Progress

extension CalendarDay {
  /// The day that it is in UTC; nil where the clock shows none that the calendar knows.
  static var today: CalendarDay? {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = .gmt
    let parts = calendar.dateComponents([.year, .month, .day], from: Date())
    guard let year = parts.year, let month = parts.month, let day = parts.day else { return nil }
    return CalendarDay(year: year, month: month, day: day)
  }
}

extension Session {
  /// Says which crossings nobody may use any more: a warning, as they do no harm but mislead who reads them.
  func warnOfExpired(_ set: MappingSet) {
    guard let today = CalendarDay.today else { return }
    for crossing in set.crossings where crossing.expires < today {
      let place = crossing.location
      log.warn(
        "\(place.file):\(place.line):\(place.column): the crossing \"\(crossing.name)\" expired on \(crossing.expires): it allows"
          + " nothing any more; remove it, or decide again (\(crossing.link))")
    }
  }
}
