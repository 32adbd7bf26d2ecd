public import Database
public import Foundation

extension Sendfx {
  /// Who pays for a workspace, and with what.
  public struct BillingAccount: Sendable, Equatable {
    /// Whose it is.
    public var workspaceID: String
    /// What the payment provider calls it; no two accounts share one.
    public var customerID: String?
    /// Who pays.
    public var company: String?
    /// Where invoices go; trimmed and in lower case.
    public var invoiceEmail: String?
    /// What is owed, four decimals.
    public var balance: Decimal?
    /// What was paid ahead, two decimals.
    public var credit: Decimal?
    /// Three letters.
    public var currency: String
    /// A number of the tax office.
    public var taxID: String?
    /// Part of the address.
    public var invoiceStreet: String?
    /// Part of the address.
    public var invoiceCity: String?
    /// Part of the address.
    public var invoicePostalCode: String?
    /// Two letters.
    public var invoiceCountry: String?
    /// What the payment provider says of the card, never its number.
    public var paymentMethod: JSONText?
    /// Whether a payment is overdue.
    public var isDelinquent: Bool?

    /// From its parts.
    public init(
      workspaceID: String, customerID: String? = nil, company: String? = nil, invoiceEmail: String? = nil,
      balance: Decimal? = 0, credit: Decimal? = 0, currency: String = "USD", taxID: String? = nil,
      invoiceStreet: String? = nil, invoiceCity: String? = nil, invoicePostalCode: String? = nil,
      invoiceCountry: String? = nil, paymentMethod: JSONText? = nil, isDelinquent: Bool? = false
    ) {
      self.workspaceID = workspaceID
      self.customerID = customerID
      self.company = company
      self.invoiceEmail = invoiceEmail
      self.balance = balance
      self.credit = credit
      self.currency = currency
      self.taxID = taxID
      self.invoiceStreet = invoiceStreet
      self.invoiceCity = invoiceCity
      self.invoicePostalCode = invoicePostalCode
      self.invoiceCountry = invoiceCountry
      self.paymentMethod = paymentMethod
      self.isDelinquent = isDelinquent
    }
  }
}

extension Sendfx.BillingAccount: RecordContent {
  static let columns = [
    "workspace_id", "customer_id", "company", "invoice_email", "balance", "credit", "currency", "tax_id",
    "invoice_street", "invoice_city", "invoice_postal_code", "invoice_country", "payment_method",
    "delinquent",
  ]

  var values: [DatabaseValue] {
    [
      workspaceID.databaseValue, customerID.databaseValue, company.databaseValue, invoiceEmail.databaseValue,
      balance.databaseValue, credit.databaseValue, currency.databaseValue, taxID.databaseValue,
      invoiceStreet.databaseValue, invoiceCity.databaseValue, invoicePostalCode.databaseValue,
      invoiceCountry.databaseValue, paymentMethod.databaseValue, isDelinquent.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      workspaceID: try row["workspace_id"], customerID: try row["customer_id"], company: try row["company"],
      invoiceEmail: try row["invoice_email"], balance: try row["balance"], credit: try row["credit"],
      currency: try row["currency"], taxID: try row["tax_id"], invoiceStreet: try row["invoice_street"],
      invoiceCity: try row["invoice_city"], invoicePostalCode: try row["invoice_postal_code"],
      invoiceCountry: try row["invoice_country"], paymentMethod: try row["payment_method"],
      isDelinquent: try row["delinquent"])
  }
}
