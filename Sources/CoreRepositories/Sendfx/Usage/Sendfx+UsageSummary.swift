public import Foundation
public import Mapping

extension Sendfx {
  /// What a workspace used of language models in a time.
  public struct UsageSummary: Sendable, Equatable {
    /// Sums over some calls.
    public struct Figures: Sendable, Equatable {
      /// How many calls.
      public var calls = 0
      /// Tokens of the questions.
      public var promptTokens = 0
      /// Tokens of the answers.
      public var completionTokens = 0
      /// All tokens.
      public var totalTokens = 0
      /// Dollars, exactly.
      public var estimatedCost = Decimal(0)
      /// How many calls were answered from a cache.
      public var cached = 0
      /// How many calls have no cost, because their model had no price.
      public var unpriced = 0

      /// No calls.
      public init() {}
    }

    /// The workspace.
    public var workspaceID: String
    /// The first instant; nil for the beginning.
    public var from: Date?
    /// The instant behind the last; nil for no end.
    public var to: Date?
    /// Over all calls.
    public var total = Figures()
    /// By service, in alphabetical order of their names.
    public var byWriter: [(writer: String, figures: Figures)] = []
    /// By model, in alphabetical order.
    public var byModel: [(model: String, figures: Figures)] = []
    /// By day in UTC, in order; days without calls aren't there.
    public var byDay: [(day: CalendarDay, figures: Figures)] = []

    /// Whether all parts are equal.
    public static func == (left: UsageSummary, right: UsageSummary) -> Bool {
      left.workspaceID == right.workspaceID && left.from == right.from && left.to == right.to
        && left.total == right.total && left.byWriter.elementsEqual(right.byWriter, by: ==)
        && left.byModel.elementsEqual(right.byModel, by: ==) && left.byDay.elementsEqual(right.byDay, by: ==)
    }
  }
}
