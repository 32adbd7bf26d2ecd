import Foundation
import FoundationXML
import Testing

/// Reads XML with the system's parser, and keeps elements, attributes and texts.
final class MarkupReader: NSObject, XMLParserDelegate {
  struct Element {
    var name: String
    var attributes: [String: String]
    var text = ""
    /// The names of the elements around it, the outermost first.
    var path: [String]
  }

  private(set) var elements: [Element] = []
  private var open: [Int] = []

  /// - Throws: where the text isn't well-formed.
  init(_ text: String) throws {
    super.init()
    let parser = XMLParser(data: Data(text.utf8))
    parser.delegate = self
    guard parser.parse() else {
      let line = text.split(separator: "\n", omittingEmptySubsequences: false).dropFirst(
        parser.lineNumber - 1
      ).first
      throw ReadingProblem(
        description: "line \(parser.lineNumber): \(parser.parserError.map { "\($0)" } ?? "?"): \(line ?? "")")
    }
  }

  struct ReadingProblem: Error, CustomStringConvertible { let description: String }

  func all(_ name: String) -> [Element] { elements.filter { $0.name == name } }

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String]
  ) {
    elements.append(Element(name: name, attributes: attributes, path: open.map { elements[$0].name }))
    open.append(elements.count - 1)
  }

  func parser(_ parser: XMLParser, didEndElement name: String, namespaceURI: String?, qualifiedName: String?)
  {
    open.removeLast()
  }

  func parser(_ parser: XMLParser, foundCharacters text: String) {
    for index in open { elements[index].text += text }
  }
}
