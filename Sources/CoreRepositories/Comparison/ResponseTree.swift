internal import Foundation

/// An answer as a tree of plain values, so that answers of any two ways can be compared field by field.
enum ResponseTree: Sendable, Hashable, Decodable {
  case null
  case bool(Bool)
  case number(Decimal)
  case text(String)
  case list([ResponseTree])
  case fields([String: ResponseTree])

  init(encoding value: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.dateEncodingStrategy = .iso8601
    // Encoded inside a list, for some values are no document by themselves.
    self = try JSONDecoder().decode([ResponseTree].self, from: try encoder.encode([value]))[0]
  }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    /// JSON's decoder says what a value is by failing as all else.
    func attempt<T: Decodable>(_ type: T.Type) -> T? {
      do { return try value.decode(type) } catch { return nil }
    }
    if value.decodeNil() {
      self = .null
    } else if let bool = attempt(Bool.self) {
      self = .bool(bool)
    } else if let number = attempt(Decimal.self) {
      self = .number(number)
    } else if let text = attempt(String.self) {
      self = .text(text)
    } else if let list = attempt([ResponseTree].self) {
      self = .list(list)
    } else {
      self = .fields(try value.decode([String: ResponseTree].self))
    }
  }

  /// What it is, without its value.
  var shape: String {
    switch self {
    case .null: "null"
    case .bool: "a boolean"
    case .number: "a number"
    case .text(let text): "a text of \(text.count)"
    case .list(let list): "a list of \(list.count)"
    case .fields: "an object"
    }
  }

  /// The places at which two trees differ. A field that isn't there is null. Elements of lists share one place, `items[].price`.
  static func differences(
    _ old: ResponseTree, _ new: ResponseTree, unordered: Set<String> = [], at path: String = ""
  ) -> [ResponseDifference] {
    switch (old, new) {
    case (.fields(let old), .fields(let new)):
      return Set(old.keys).union(new.keys).sorted().flatMap { key in
        differences(
          old[key] ?? .null, new[key] ?? .null, unordered: unordered,
          at: path.isEmpty ? key : path + "." + key)
      }
    case (.list(var old), .list(var new)):
      if unordered.contains(path) {
        // What stands in both goes, as often as it does; what is left is compared in its order.
        for element in old {
          guard let place = new.firstIndex(of: element), let own = old.firstIndex(of: element) else {
            continue
          }
          new.remove(at: place)
          old.remove(at: own)
        }
      }
      var found = zip(old, new).flatMap {
        differences($0, $1, unordered: unordered, at: path + "[]")
      }
      if old.count != new.count {
        found.append(
          ResponseDifference(path: path + "[]", old: "\(old.count) elements", new: "\(new.count) elements"))
      }
      return found
    default:
      guard old != new else { return [] }
      let isSameShape = old.shape == new.shape
      return [
        ResponseDifference(
          path: path, old: old.shape, new: isSameShape ? "another of that kind" : new.shape)
      ]
    }
  }
}

/// A place at which two answers differ, without their values.
public struct ResponseDifference: Sendable, Hashable, CustomStringConvertible {
  /// Where: `items[].price`; empty for the answer itself.
  public let path: String
  /// What the old answer has there: its kind and size.
  public let old: String
  /// What the new answer has there: its kind and size.
  public let new: String

  /// As a line of a report.
  public var description: String { "\(path.isEmpty ? "the answer" : path): \(old), now \(new)" }
}
