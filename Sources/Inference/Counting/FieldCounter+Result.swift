internal import Codec
internal import Mapping

extension FieldCounter {
  /// The counts as a value.
  ///
  /// - Parameters:
  ///   - parent: the path of what holds the field.
  ///   - documents: how many documents could have had it; nil where it can't be missing.
  func result(under parent: ValuePath, of documents: Int?) -> FieldScan {
    let text = String(decoding: name, as: UTF8.self)
    let path = ValuePath(parent.steps + [.field(text)])
    return result(
      text, path, isValid: text.utf8.elementsEqual(name), missing: documents.map { $0 - parents } ?? 0)
  }

  private func result(_ text: String, _ path: ValuePath, isValid: Bool, missing: Int) -> FieldScan {
    var counted: [ValueKind: Int] = [:]
    for kind in ValueKind.allCases where kinds[Int(kind.rawValue)] > 0 {
      counted[kind] = kinds[Int(kind.rawValue)]
    }
    let elementPath = ValuePath(path.steps + [.each])
    return FieldScan(
      name: text, path: path, hasValidName: isValid, kinds: counted, missing: missing, booleans: booleans,
      integers: integers, doubles: doubles, decimals: decimals, texts: texts, binaries: binaries,
      dates: dates,
      documents: documents, arrays: arrays,
      fields: table.fields.map { $0.result(under: path, of: documentNumber) },
      elements: element.map { [$0.result("[]", elementPath, isValid: true, missing: 0)] } ?? [])
  }
}
