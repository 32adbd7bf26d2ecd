internal import Postgres

/// Who shall have which rights on an object, and what must be said to get there.
struct GrantPlan {
  let object: AccessObject
  /// The entity that it belongs to; empty for what entities share.
  let entity: String
  /// Declared roles that may write.
  let writers: [String]
  /// What such a role is given.
  let given: [String]
  /// What all others lose.
  let taken: [String]
  /// Roles that nothing is taken from: those to whom schema kedge belongs, for Kedge itself is one.
  let exempt: Set<String>

  static let write = ["INSERT", "UPDATE", "DELETE", "TRUNCATE"]

  /// What is compared to tell a change of the mapping from a change of the rights.
  var definition: String {
    "writers: \(writers.joined(separator: ", ")); given: \(given.joined(separator: ", ")); taken: \(taken.joined(separator: ", "))"
  }

  /// The statements that are needed, and what they give that wasn't there.
  func changes(_ access: Access) -> (statements: [String], granted: [AccessItem]) {
    var statements: [String] = []
    var granted: [AccessItem] = []
    for writer in writers where writer != access.owner {
      let missing = given.filter { privilege in
        !access.items.contains { $0.grantee == writer && $0.privilege == privilege && $0.column == nil }
      }
      guard !missing.isEmpty else { continue }
      statements.append(
        "GRANT \(missing.joined(separator: ", ")) ON \(object.sql) TO \(quoteIdentifier(writer))")
      granted += missing.map {
        AccessItem(grantee: writer, grantor: access.owner, privilege: $0, isGrantable: false)
      }
    }
    let lost = access.items.filter { item in
      taken.contains(item.privilege) && item.grantee != access.owner && !writers.contains(item.grantee)
        && !exempt.contains(item.grantee)
    }
    // What was passed on by one who loses it goes along.
    let own = lost.filter { item in
      item.grantor == access.owner
        || !lost.contains { $0.grantee == item.grantor && $0.privilege == item.privilege && $0.isGrantable }
    }
    for revocation in Self.grouped(own, owner: access.owner) {
      let who = revocation.first.map(\.granteeSQL) ?? "PUBLIC"
      let what = revocation.map(\.privilegeSQL).joined(separator: ", ")
      statements.append(
        Self.asGrantor(
          revocation.first?.grantor, access.owner, "REVOKE \(what) ON \(object.sql) FROM \(who) CASCADE"))
    }
    return (statements, granted)
  }

  /// What takes an object's rights back to what they were: what was granted goes, what was there comes again. What others
  /// have changed since stays.
  ///
  /// - Parameters:
  ///   - roles: those that there are.
  ///   - mayBe: those in whose name this session may grant; what others granted is granted by the owner instead.
  static func undo(_ memory: GrantMemory, _ access: Access, roles: Set<String>, mayBe: Set<String>)
    -> [String]
  {
    let object = access.object
    let added = memory.granted.filter { item in
      access.items.contains { $0.isSame(item) } && !memory.items.contains { $0.isSame(item) }
    }
    var statements = grouped(added, owner: access.owner).map { items in
      "REVOKE \(items.map(\.privilegeSQL).joined(separator: ", ")) ON \(object.sql) FROM"
        + " \(items.first?.granteeSQL ?? "PUBLIC") CASCADE"
    }
    let gone = memory.items.filter { item in
      write.contains(item.privilege) && item.grantee != access.owner && !access.items.contains(item)
        && (item.grantee.isEmpty || roles.contains(item.grantee)) && roles.contains(item.grantor)
    }
    // The owner's first: the others had theirs from them.
    for items in grouped(gone, owner: access.owner) {
      let isGrantable = items.first?.isGrantable == true
      let sql =
        "GRANT \(items.map(\.privilegeSQL).joined(separator: ", ")) ON \(object.sql) TO"
        + " \(items.first?.granteeSQL ?? "PUBLIC")" + (isGrantable ? " WITH GRANT OPTION" : "")
      let grantor = items.first?.grantor
      statements.append(
        asGrantor(grantor.map { mayBe.contains($0) ? $0 : access.owner }, access.owner, sql))
    }
    return statements
  }

  /// One statement can speak of one grantee, grantor and option.
  private static func grouped(_ items: [AccessItem], owner: String) -> [[AccessItem]] {
    var groups: [[AccessItem]] = []
    for item in items {
      let index = groups.firstIndex { group in
        group.first.map {
          $0.grantee == item.grantee && $0.grantor == item.grantor && $0.isGrantable == item.isGrantable
        } ?? false
      }
      if let index { groups[index].append(item) } else { groups.append([item]) }
    }
    return groups.filter { $0.first?.grantor == owner } + groups.filter { $0.first?.grantor != owner }
  }

  private static func asGrantor(_ grantor: String?, _ owner: String, _ sql: String) -> String {
    guard let grantor, grantor != owner else { return sql }
    return "SET LOCAL ROLE \(quoteIdentifier(grantor)); \(sql); SET LOCAL ROLE NONE"
  }
}

/// What an object's rights were before, and what was given since.
struct GrantMemory: Codable {
  var oid: Int
  /// The catalog's text.
  var text: String?
  var columns: [String: String]
  var items: [AccessItem]
  var granted: [AccessItem] = []

  init(_ access: Access) {
    oid = access.oid
    text = access.text
    columns = access.columns
    items = access.items
  }
}
