public import Database

extension I2I {
  /// A way to process images.
  public struct WorkflowConfig: Sendable, Equatable {
    /// What people see.
    public var name: String
    /// What it does.
    public var description: String?
    /// Who does it: a URL, or a path.
    public var endpoint: String
    /// What a job has where nobody says otherwise; an object.
    public var defaultParameters: JSONText
    /// Whether jobs may use it.
    public var isEnabled: Bool

    /// From its parts.
    public init(
      name: String, description: String? = nil, endpoint: String,
      defaultParameters: JSONText = JSONText("{}"), isEnabled: Bool = true
    ) {
      self.name = name
      self.description = description
      self.endpoint = endpoint
      self.defaultParameters = defaultParameters
      self.isEnabled = isEnabled
    }
  }
}

extension I2I.WorkflowConfig: RecordContent {
  static let columns = ["name", "description", "endpoint", "default_parameters", "enabled"]

  var values: [DatabaseValue] {
    [
      name.databaseValue, description.databaseValue, endpoint.databaseValue, defaultParameters.databaseValue,
      isEnabled.databaseValue,
    ]
  }

  init(row: Row) throws {
    self.init(
      name: try row["name"], description: try row["description"], endpoint: try row["endpoint"],
      defaultParameters: try row["default_parameters"], isEnabled: try row["enabled"])
  }
}
