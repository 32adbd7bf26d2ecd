import TestSupport

/// The mapping set of the ledger, for either source.
enum LedgerMappings {
  static func write(_ kind: LedgerSource.Kind, into folder: TemporaryFolder) throws {
    let isMongo = kind == .mongo
    try folder.write(
      "set/set.yaml",
      "set: ledger\nstores:\n  app: { kind: \(kind.rawValue), environment: [KEDGE_NO_SUCH_VARIABLE] }\n")
    func place(_ name: String) -> String {
      "entity: \(name)\nowner: core\nsource: { store: app, \(isMongo ? "collection" : "table"): \(name) }\n"
    }
    let id = isMongo ? "{ from: _id, type: bigint }" : "bigint"
    let epoch = isMongo ? "" : ", transforms: [{ epoch: milliseconds }]"
    try folder.write(
      "set/accounts.yaml",
      place("accounts") + """
        key: [id]
        fields:
          id: \(id)
          name: { type: text, required: true }
          email: { type: text, unique: true }
          referrer: bigint
          balance: bigint
          status: text
        references:
          - { columns: [referrer], entity: accounts }
        filters:
          - { field: status, none-of: [deleted] }
        quarantine: { limit: "50%" }
        """)
    try folder.write(
      "set/orders.yaml",
      place("orders") + """
        key: [id]
        fields:
          id: \(id)
          account_id: { from: account, type: bigint, required: true }
          code: { type: text, unique: true }
          placed_at: { from: placed, type: timestamptz\(epoch) }
          note: text
        \(isMongo ? lines : "")
        references:
          - { columns: [account_id], entity: accounts }
        """)
    try folder.write(
      "set/payments.yaml",
      place("payments") + """
        key: [id]
        fields:
          id: \(id)
          order_id: { from: order, type: bigint, required: true }
          amount: bigint
          method: text
        references:
          - { columns: [order_id], entity: orders }
        """)
    try folder.write(
      "set/notes.yaml",
      place("notes") + """
        key: [id]
        fields:
          id: { from: \(isMongo ? "_id" : "id"), type: text, transforms: [text] }
          text: text
          weight: integer
        """)
  }

  private static let lines = """
    children:
      lines:
        fields: { sku: text }
        children:
          taxes: { fields: { rate: integer, kind: text } }
    """
}
