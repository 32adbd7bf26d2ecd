/// E-mail addresses as the mapping sets keep them: trimmed and in lower case, so that one person has one account.
enum EmailAddress {
  /// - Throws: ``RepositoryError`` of case `invalid` for what can't be an address.
  static func normalized(_ text: String, of entity: String, column: String = "email") throws(RepositoryError)
    -> String
  {
    let address = folded(text)
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count >= 2, parts.allSatisfy({ !$0.isEmpty }), !address.contains(where: \.isWhitespace) else {
      throw .invalid(entity: entity, column: column, rule: "it has to be an address such as name@example.org")
    }
    return address
  }

  /// Without the check, for a look-up.
  static func folded(_ text: String) -> String {
    InputText.folded(text)
  }
}
