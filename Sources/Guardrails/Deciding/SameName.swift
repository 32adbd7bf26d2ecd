/// Whether two names are the same, byte by byte, as the databases and the other languages compare them.
///
/// Swift's `==` takes some different texts for equal: "K" and the sign for kelvin, for one. A name that only looks like a
/// declared one isn't declared.
func isSameName(_ one: String, _ other: String) -> Bool { one.utf8.elementsEqual(other.utf8) }
