/// A moment as people write it.
struct FixtureTime {
  /// Since 1970, in UTC.
  var seconds: Int
  var milliseconds = 0

  var year = 0
  var month = 0
  var day = 0
  var dayOfYear = 0
  var hour: Int { seconds % 86_400 / 3600 }
  var minute: Int { seconds % 3600 / 60 }
  var second: Int { seconds % 60 }

  /// - Parameter seconds: since 1970, not negative.
  init(seconds: Int, milliseconds: Int = 0) {
    self.seconds = seconds
    self.milliseconds = milliseconds
    var days = seconds / 86_400
    year = 1970
    while days >= (Self.isLeap(year) ? 366 : 365) {
      days -= Self.isLeap(year) ? 366 : 365
      year += 1
    }
    dayOfYear = days + 1
    let lengths = [31, Self.isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
    month = 1
    while days >= lengths[month - 1] {
      days -= lengths[month - 1]
      month += 1
    }
    day = days + 1
  }

  private static func isLeap(_ year: Int) -> Bool { year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) }

  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  var date: String { "\(padded(year, 4))-\(padded(month, 2))-\(padded(day, 2))" }
  var clock: String { "\(padded(hour, 2)):\(padded(minute, 2)):\(padded(second, 2))" }

  /// By a pattern of the transform `date`.
  func text(_ pattern: String) -> String {
    var out = ""
    var rest = pattern[...]
    while let character = rest.popFirst() {
      guard character == "%", let directive = rest.popFirst() else {
        out.append(character)
        continue
      }
      switch directive {
      case "Y": out += padded(year, 4)
      case "m": out += padded(month, 2)
      case "d": out += padded(day, 2)
      case "H": out += padded(hour, 2)
      case "M": out += padded(minute, 2)
      case "S": out += padded(second, 2)
      case "f": out += padded(milliseconds, 3)
      case "z": out += "+0000"
      case "b": out += Self.months[month - 1]
      case "y": out += padded(year % 100, 2)
      case "j": out += padded(dayOfYear, 3)
      default: out.append(directive)
      }
    }
    return out
  }

  private func padded(_ number: Int, _ width: Int) -> String {
    String(repeating: "0", count: max(0, width - "\(number)".count)) + "\(number)"
  }
}
