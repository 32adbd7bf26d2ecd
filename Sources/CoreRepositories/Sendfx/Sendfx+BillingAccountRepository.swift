internal import Database
public import Foundation

extension Sendfx {
  /// Who pays for a workspace, and with what: `core.billing_accounts`.
  public struct BillingAccountRepository: Sendable {
    /// An account with key and times.
    public typealias Record = Stored<BillingAccount, String>
    private let table: RecordTable<Entities.BillingAccounts, BillingAccount, String>

    /// The repository in a context.
    public init(_ core: CoreContext) {
      table = RecordTable(
        core, as: "BillingAccountRepository",
        RecordLayout(table: "core.billing_accounts", entity: "billing_accounts"))
    }

    /// The account with this key.
    public func find(_ id: String) async throws -> Record? { try await table.find(id) }

    /// The account that the payment provider calls so.
    public func find(customerID: String) async throws -> Record? {
      try await table.find(where: "customer_id = $1", [customerID])
    }

    /// The accounts of a workspace, the oldest first.
    public func all(ofWorkspace workspace: String) async throws -> [Record] {
      try await table.all("WHERE workspace_id = $1 ORDER BY created_at, id", [workspace])
    }

    /// All accounts, the newest first.
    ///
    /// - Parameter isDelinquent: only those with or without an overdue payment; nil for both.
    public func page(isDelinquent: Bool? = nil, after cursor: PageCursor? = nil, limit: Int = 50) async throws
      -> Page<Record>
    {
      guard let isDelinquent else { return try await table.page(after: cursor, limit: limit) }
      return try await table.page(
        where: isDelinquent ? "delinquent" : "delinquent IS NOT TRUE", after: cursor, limit: limit)
    }

    /// Opens an account.
    public func create(_ account: BillingAccount) async throws -> Record {
      try await table.create(try Self.normalized(account))
    }

    /// Writes an account that nobody else has changed meanwhile.
    ///
    /// - Throws: ``RepositoryError`` of case `changedMeanwhile` or `notFound`.
    public func update(_ account: Record) async throws -> Record {
      var account = account
      account.content = try Self.normalized(account.content)
      return try await table.update(account)
    }

    /// Opens the account, or writes over the one that the payment provider calls the same.
    ///
    /// - Throws: ``RepositoryError`` of case `invalid` without a `customerID`.
    public func upsert(_ account: BillingAccount) async throws -> Record {
      guard account.customerID != nil else {
        throw RepositoryError.invalid(
          entity: "billing_accounts", column: "customer_id", rule: "an upsert needs one, for it is the key")
      }
      return try await table.upsert(try Self.normalized(account), by: ["customer_id"])
    }

    /// Adds to what is owed, or takes from it, exactly and whoever else does so at the time.
    public func charge(_ id: String, _ amount: Decimal) async throws -> Record {
      try await table.set("balance = coalesce(balance, 0) + $1", [amount], of: id)
    }

    /// Closes an account. Refused by the database while a subscription is paid by it.
    ///
    /// - Returns: whether it was there.
    @discardableResult
    public func delete(_ id: String) async throws -> Bool { try await table.delete(id) }

    private static func normalized(_ account: BillingAccount) throws -> BillingAccount {
      var account = account
      account.currency = InputText.trimmed(account.currency).uppercased()
      account.invoiceCountry = account.invoiceCountry?.uppercased()
      account.company = account.company.map { InputText.trimmed($0) }.flatMap { $0.isEmpty ? nil : $0 }
      account.invoiceEmail = try account.invoiceEmail.map {
        try EmailAddress.normalized($0, of: "billing_accounts", column: "invoice_email")
      }
      return account
    }
  }
}
