/// The text as a string literal of SQL, whatever characters it has and whatever `standard_conforming_strings` says.
///
/// Prefer parameters; this is for statements that take none, such as DDL and COPY. A NUL is kept, and the connection
/// refuses the statement: Postgres can't hold one.
public func quoteLiteral(_ text: String) -> String {
  var quoted = text.unicodeScalars.contains("\\") ? "E'" : "'"
  for scalar in text.unicodeScalars {
    if scalar == "'" || scalar == "\\" { quoted.unicodeScalars.append(scalar) }
    quoted.unicodeScalars.append(scalar)
  }
  return quoted + "'"
}

/// The name as a quoted identifier of SQL, whatever characters it has.
///
/// Postgres cuts identifiers at 63 bytes; keep them shorter.
public func quoteIdentifier(_ name: String) -> String {
  var quoted = "\""
  for scalar in name.unicodeScalars {
    if scalar == "\"" { quoted.unicodeScalars.append(scalar) }
    quoted.unicodeScalars.append(scalar)
  }
  return quoted + "\""
}
