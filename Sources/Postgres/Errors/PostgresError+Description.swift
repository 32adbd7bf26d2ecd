extension PostgresError {
  /// The error as sentences that say what to do. Holds no password and no data value.
  public var description: String {
    var text = opening + sentence(of: withoutValues(message))
    if let place = copyPlace { text += " It happened at \(place)." }
    if let position = sqlPosition { text += " It happened at character \(position) of the SQL." }
    if let advice { text += " " + sentence(of: advice) }
    return text
  }

  /// The error with the server's detail and context too, which hold data values: not for logs and reports.
  public var expandedDescription: String {
    var lines = [opening + sentence(of: message)]
    if let detail { lines.append("Detail: \(detail)") }
    if let context { lines.append("Context: \(context)") }
    if let sqlPosition { lines.append("Position: character \(sqlPosition) of the SQL") }
    if let advice { lines.append("Hint: \(advice)") }
    return lines.joined(separator: "\n")
  }

  /// Where in a COPY the server was, without the value: `COPY users, line 3, column age`.
  public var copyPlace: String? {
    guard let line = context?.split(separator: "\n").first(where: { $0.hasPrefix("COPY ") }) else {
      return nil
    }
    // The value follows a colon; a table's or column's own name may hold one, which only shortens the place.
    return String(line.prefix(while: { $0 != ":" }))
  }

  private var opening: String {
    let state = sqlState.map { " (SQLSTATE \($0))" } ?? ""
    switch code {
    case .connection where isConnectionLost: return "The connection to Postgres was lost\(state): "
    case .connection: return "Can't connect to Postgres\(state): "
    case .server: return "Postgres refused a statement\(state): "
    case .protocol: return "Postgres answered in an unexpected way\(state): "
    default: return ""
    }
  }

  /// A message without what it quotes, if the error is a data exception: those quote the value that they refuse.
  private func withoutValues(_ message: String) -> String {
    guard let sqlState, sqlState.hasPrefix("22") else { return message }
    guard let first = message.firstIndex(of: "\""), let last = message.lastIndex(of: "\""), first < last
    else {
      return message
    }
    // From the first quote to the last, for the value may hold quotes itself.
    return message[..<first] + "\"…\"" + message[message.index(after: last)...]
  }

  private func sentence(of text: String) -> String {
    guard let last = text.last else { return text }
    return ".!?".contains(last) ? text : text + "."
  }
}
