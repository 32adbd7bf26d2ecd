/// One option of a command or of the whole program: a flag, or a name with a value.
///
/// For example:
/// ```swift
/// OptionSpec.flag("dry-run", help: "Say what would be done.")
/// OptionSpec.value("workers", short: "w", "N", .integer(1...64), help: "Parallel copiers.", default: "4")
/// ```
public struct OptionSpec: Sendable, Equatable {
  /// Whether the option stands alone or takes a value.
  public enum Kind: Sendable, Equatable {
    /// Given or not given.
    case flag
    /// Followed by a value of the given syntax.
    case value(ValueSyntax)
  }

  /// The long name, without its two hyphens.
  public var name: String
  /// The one-letter name, if there is one.
  public var short: Character?
  /// A flag, or an option with a value.
  public var kind: Kind
  /// What stands for the value in help pages, in capitals: `DIR`. Empty for a flag.
  public var placeholder: String
  /// One or two sentences for the help page.
  public var help: String
  /// The default as the help page shows it. The command itself applies it.
  public var defaultText: String?
  /// Whether the option may be given more than once. A flag always may.
  public var repeats: Bool
  /// Whether leaving the option out is a usage error.
  public var isRequired: Bool
  /// The title of the section of the help page in which the option stands; `nil` for the common one.
  public var group: String?

  /// An option without a value.
  public static func flag(
    _ name: String, short: Character? = nil, help: String, group: String? = nil
  ) -> OptionSpec {
    OptionSpec(
      name: name, short: short, kind: .flag, placeholder: "", help: help, defaultText: nil, repeats: true,
      isRequired: false, group: group)
  }

  /// An option with a value. `default` is only shown: the command applies it.
  public static func value(
    _ name: String, short: Character? = nil, _ placeholder: String, _ syntax: ValueSyntax = .text,
    help: String, default defaultText: String? = nil, repeats: Bool = false, isRequired: Bool = false,
    group: String? = nil
  ) -> OptionSpec {
    OptionSpec(
      name: name, short: short, kind: .value(syntax), placeholder: placeholder, help: help,
      defaultText: defaultText, repeats: repeats, isRequired: isRequired, group: group)
  }
}

extension OptionSpec {
  /// The syntax of the value; `nil` for a flag.
  var syntax: ValueSyntax? {
    if case .value(let syntax) = kind { syntax } else { nil }
  }

  /// The option as one types it, without its short name: `--workers N`.
  var invocation: String { placeholder.isEmpty ? "--\(name)" : "--\(name) \(placeholder)" }

  /// The names as typed: `--workers`, `-w`.
  var spellings: [String] { ["--\(name)"] + (short.map { ["-\($0)"] } ?? []) }
}
