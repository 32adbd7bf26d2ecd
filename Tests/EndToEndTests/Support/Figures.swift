/// SQL that computes the figures of the truth files over a relation `s(c)` of values of one kind.
enum Figures {
  /// What `s(c)` must be for a kind: text, numeric, float8, boolean, bytea, timestamptz or jsonb.
  static func type(of kind: String) -> String {
    switch kind {
    case "int", "long", "integer": "numeric"
    case "double", "real": "float8"
    case "string", "text", "objectId": "text"
    case "bool": "boolean"
    case "date": "timestamptz"
    case "blob", "binData(3)": "bytea"
    default: "jsonb"
    }
  }

  /// The expression for one figure, or nil for those that describe the source's form, not its values.
  static func expression(_ figure: String, kind: String) -> String? {
    let isText = type(of: kind) == "text"
    let collate = isText ? " COLLATE \"C\"" : ""
    switch (figure, type(of: kind)) {
    case ("n", _): return "count(*)"
    case ("distinct", "float8"): return "count(DISTINCT float8send(c))"
    case ("distinct", _): return "count(DISTINCT c\(collate))"
    case ("min", "timestamptz"), ("max", "timestamptz"):
      return "to_char(\(figure)(c) AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.MS\"Z\"')"
    case ("min", _), ("max", _): return "\(figure)(c\(collate))"
    case ("sum", _): return "sum(c)"
    case ("sum_shortest", _):
      return "sum(CASE WHEN c <> 'NaN' AND abs(c) <> 'Infinity' THEN c::text::numeric END)"
    case ("sum_int8", _):
      return "sum(CASE WHEN c <> 'NaN' AND abs(c) <> 'Infinity' THEN c::bigint::numeric END)"
    case ("md5_bits", _): return digest("md5(float8send(c))")
    case ("md5", "text"): return digest("md5(convert_to(c, 'UTF8'))")
    case ("md5", "numeric"): return digest("md5(c::text)")
    case ("md5", "bytea"): return digest("md5(c)")
    case ("integral_valued", _): return "count(*) FILTER (WHERE c = trunc(c))"
    case ("bytes", "text"): return "sum(octet_length(c))"
    case ("bytes", _): return "sum(length(c))"
    case ("max_bytes", "text"): return "max(octet_length(c))"
    case ("max_bytes", _): return "max(length(c))"
    case ("chars", _): return "sum(char_length(c))"
    case ("non_ascii", _): return "count(*) FILTER (WHERE octet_length(c) <> char_length(c))"
    case ("empty", "text"): return "count(*) FILTER (WHERE c = '')"
    case ("empty", _): return "count(*) FILTER (WHERE c = '[]')"
    case ("min_ms", _): return milliseconds("min(c)")
    case ("max_ms", _): return milliseconds("max(c)")
    case ("sum_ms", _): return "sum(\(milliseconds("c")))"
    case ("true", _): return "count(*) FILTER (WHERE c)"
    case ("elements", _): return "sum(jsonb_array_length(c))"
    case ("max_len", _): return "max(jsonb_array_length(c))"
    case ("min_keys", _): return "min((SELECT count(*) FROM jsonb_object_keys(c)))"
    case ("max_keys", _): return "max((SELECT count(*) FROM jsonb_object_keys(c)))"
    case ("beyond_int4", _): return "count(*) FILTER (WHERE c NOT BETWEEN -2147483648 AND 2147483647)"
    // How a text looks, not what it is.
    case ("numeric_looking", _), ("date_like", _): return nil
    default: return "'the test knows no figure \(figure) of \(kind)'"
    }
  }

  private static func digest(_ each: String) -> String {
    "md5(string_agg(\(each), '' ORDER BY \(each) COLLATE \"C\"))"
  }

  private static func milliseconds(_ instant: String) -> String {
    "(extract(epoch FROM \(instant)) * 1000)::numeric(30, 0)"
  }

  /// The condition and the expression that take values of this kind out of a jsonb `v` that holds Extended JSON.
  static func fromJSON(_ kind: String) -> (condition: String, value: String) {
    let text = "(v #>> '{}')"
    let isTagged = "v ?| ARRAY['$oid', '$date', '$binary', '$numberDouble']"
    switch kind {
    case "int", "long", "integer":
      return ("jsonb_typeof(v) = 'number' AND v::text NOT LIKE '%.%'", "\(text)::numeric")
    case "double", "real": return ("jsonb_typeof(v) = 'number' AND v::text LIKE '%.%'", "\(text)::float8")
    case "string", "text": return ("jsonb_typeof(v) = 'string'", text)
    case "bool": return ("jsonb_typeof(v) = 'boolean'", "v::boolean")
    case "null": return ("jsonb_typeof(v) = 'null'", "v")
    case "objectId": return ("v ? '$oid'", "(v ->> '$oid')")
    case "date": return ("v ? '$date'", "(v ->> '$date')::timestamptz")
    case "blob", "binData(3)": return ("v ? '$binary'", "decode(v #>> '{$binary,base64}', 'base64')")
    case "array": return ("jsonb_typeof(v) = 'array'", "v")
    default: return ("jsonb_typeof(v) = 'object' AND NOT \(isTagged)", "v")
    }
  }
}
