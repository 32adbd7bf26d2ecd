internal import Foundation

/// The files of a mapping set.
struct MappingFolder {
  static let setFile = "set.yaml"

  let directory: String
  let log: DiagnosticLog

  /// A file's path as diagnostics show it.
  func path(of name: String) -> String {
    if directory.isEmpty { return name }
    return directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }

  /// The YAML files among names, `set.yaml` or an error included, in the order of their bytes.
  func accepted(_ names: [String]) -> [String] {
    let shown = names.filter { !$0.hasPrefix(".") }
    for name in shown where name.lowercased().hasSuffix(".yml") {
      log.error(
        "mapping files end in .yaml", at: start(of: name), help: "rename it to \(name.dropLast(4)).yaml")
    }
    let accepted = shown.filter { $0.hasSuffix(".yaml") }
    if !accepted.contains(Self.setFile) {
      log.error(
        "the mapping set has no \(Self.setFile)", at: start(of: Self.setFile),
        help: helpForMissingSet(accepted))
    } else if accepted.count == 1 {
      log.warning(
        "the mapping set has no entities", at: start(of: Self.setFile), help: "add a file such as users.yaml")
    }
    return accepted.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// The texts of the folder's files.
  func sources() -> [SourceText] {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
    } catch {
      log.error(
        "the folder can't be read: \(Self.reason(error))",
        at: SourceLocation(file: directory, line: 1, column: 1),
        help: "name the folder that holds set.yaml")
      return []
    }
    var sources: [SourceText] = []
    for name in accepted(names) {
      do {
        let data = try Data(contentsOf: URL(fileURLWithPath: path(of: name)))
        sources.append(SourceText(file: path(of: name), bytes: Array(data)))
      } catch {
        log.error("the file can't be read: \(Self.reason(error))", at: start(of: name))
      }
    }
    return sources
  }

  /// Somebody may have named the folder above: `mappings` instead of `mappings/shop`.
  private func helpForMissingSet(_ accepted: [String]) -> String {
    let manager = FileManager.default
    do {
      for name in try manager.contentsOfDirectory(atPath: directory.isEmpty ? "." : directory).sorted()
      where manager.fileExists(atPath: path(of: name) + "/" + Self.setFile) {
        return "did you mean \"\(path(of: name))\"?"
      }
    } catch {
      // A set that was given as texts has no folder to look into.
    }
    if let near = NearestWord.nearest(to: Self.setFile, among: accepted) {
      return "rename \(near) to set.yaml"
    }
    return "it names the set and its stores"
  }

  private func start(of name: String) -> SourceLocation {
    SourceLocation(file: path(of: name), line: 1, column: 1)
  }

  private static func reason(_ error: any Error) -> String {
    let error = error as NSError
    if let underlying = error.userInfo[NSUnderlyingErrorKey] as? NSError,
      underlying.domain == NSPOSIXErrorDomain
    {
      return String(cString: strerror(Int32(underlying.code))).lowercased()
    }
    return error.localizedDescription
  }
}
