import Testing

@testable import FileStores

@Suite("settings of S3, and what it answers in XML")
struct SettingsTests {
  private let keys = [
    "AWS_ACCESS_KEY_ID": "key", "AWS_SECRET_ACCESS_KEY": "verysecret", "AWS_SESSION_TOKEN": "verytoken",
  ]

  private func settings(_ bucket: String, _ variables: [String: String] = [:]) throws -> S3Settings {
    try S3Settings(bucket: bucket, prefix: "up", environment: keys.merging(variables) { $1 })
  }

  @Test("the address is the bucket's own host, or has the bucket in its path")
  func addresses() throws {
    #expect(
      try settings("photos").address(of: "a b").url == "https://photos.s3.us-east-1.amazonaws.com/a%20b")
    #expect(
      try settings("photos", ["AWS_REGION": "eu-west-3"]).address(of: nil).url
        == "https://photos.s3.eu-west-3.amazonaws.com/")
    #expect(
      try settings("my.photos").address(of: "x").url == "https://s3.us-east-1.amazonaws.com/my.photos/x")
    let other = try settings("photos", ["AWS_ENDPOINT_URL": "https://files.example:9000/base/"])
    #expect(
      try other.address(of: "x") == (
        "https://files.example:9000/base/photos/x", "files.example:9000", "/base/photos/x"
      ))
    let hosts = try settings("photos", ["S3_ENDPOINT": "https://files.example", "S3_PATH_STYLE": "false"])
    #expect(try hosts.address(of: "x").url == "https://photos.files.example/x")
  }

  @Test(
    "http goes to this machine alone",
    arguments: [
      "http://10.0.0.1:9000", "http://127.0.0.1.example.com", "http://localhost.example.com:80",
      "http://[::2]",
      "ftp://127.0.0.1", "127.0.0.1:9000", "http://user@127.0.0.1", "http://127.0.0.1:9000@example.com",
      "https://",
      "https://host/?a=b", "http://127.1.1",
    ])
  func refusedEndpoints(_ endpoint: String) {
    #expect(throws: FileStoreError.self) { try settings("photos", ["S3_ENDPOINT": endpoint]) }
  }

  @Test(
    "http to this machine itself",
    arguments: ["http://127.0.0.1:9000", "http://localhost:1", "http://[::1]:9000"])
  func loopback(_ endpoint: String) throws {
    #expect(try settings("photos", ["S3_ENDPOINT": endpoint]).origin().scheme == "http")
  }

  @Test("settings that can't be right are refused")
  func wrongSettings() {
    for bucket in ["", "a/b", "a b", "ab", "bücket", "a?b=c"] {
      #expect(throws: FileStoreError.self, "\(bucket)") { try settings(bucket) }
    }
    #expect(throws: FileStoreError.self) { try settings("photos", ["AWS_REGION": "eu west"]) }
    #expect(throws: FileStoreError.self) { try settings("photos", ["S3_PATH_STYLE": "maybe"]) }
    #expect(throws: FileStoreError.self) { try settings("photos", ["AWS_ACCESS_KEY_ID": ""]) }
    #expect(throws: FileStoreError.self) { try settings("photos", ["AWS_SESSION_TOKEN": "a\r\nx-evil: 1"]) }
  }

  @Test("credentials show themselves to nobody")
  func secrets() throws {
    let settings = try settings("photos")
    var shown = "\(settings) \(String(reflecting: settings))"
    dump(settings, to: &shown)
    #expect(!shown.contains("very"))
    #expect(settings.credentials.redacted("a verysecret b verytoken") == "a *** b ***")
  }

  @Test("S3_BUCKET decides where the stores are")
  func stores() throws {
    #expect(FileStores.location(environment: [:], folder: "/srv") == .local(path: "/srv"))
    #expect(FileStores.location(environment: ["S3_BUCKET": ""], folder: "/srv") == .local(path: "/srv"))
    let stores = try FileStores(environment: keys.merging(["S3_BUCKET": "motiv8"]) { $1 })
    #expect(stores.uploads.location == "s3://motiv8/uploads")
    #expect(stores["embeddings"]?.location == "s3://motiv8/embeddings")
    #expect(stores["other"] == nil)
    #expect(try FileLocation("s3://b/p/q/") == .s3(bucket: "b", prefix: "p/q"))
    for wrong in ["", "local:", "s3://", "s3:///x", "data", "https://b"] {
      #expect(throws: FileStoreError.self) { try FileLocation(wrong) }
    }
  }

  @Test("places that are the same, or lie in each other, are told from those beside each other")
  func overlaps() throws {
    func overlaps(_ left: String, _ right: String) throws -> Bool {
      try FileLocation(left).overlaps(try FileLocation(right))
    }
    for (left, right) in [
      ("local:data", "local:./data/"), ("local:data", "local:data/x"), ("local:/a/b", "local:/a/x/../b/c"),
      ("s3://bucket", "s3://bucket/x"), ("s3://bucket/x", "s3://bucket/x"), ("local:/", "local:/x"),
    ] {
      #expect(try overlaps(left, right) && overlaps(right, left), "\(left) \(right)")
    }
    for (left, right) in [
      ("local:data", "local:data2"), ("s3://bucket/x", "s3://bucket/x2"), ("s3://bucket", "s3://other"),
      ("local:x", "s3://bucket/x"),
    ] {
      #expect(try !overlaps(left, right) && !overlaps(right, left), "\(left) \(right)")
    }
  }

  @Test("XML is read with its references, sections, comments and prefixes")
  func xml() throws {
    let text = """
      <?xml version="1.0"?><!-- a > b --><s:List xmlns:s="x"><Key>a&amp;b &lt;\u{301}&#x1;&#233;</Key><Key>
      </Key><Empty/><Data><![CDATA[<raw>&amp;]]></Data></s:List>
      """
    let root = try #require(XMLElement(Array(text.utf8)))
    #expect(root.name == "List")
    #expect(root.all("Key").map(\.text).map { Array($0.utf8) } == [Array("a&b <\u{301}\u{1}é".utf8), [10]])
    #expect(root["Empty"]?.text == "")
    #expect(root["Data"]?.text == "<raw>&amp;")
    for wrong in [
      "", "text", "<a>", "<a></b>", "<a>&nope;</a>", "<a>&#xD800;</a>", "</a>", "<a/><b/>", "<a", "<!-- ",
    ] {
      #expect(XMLElement(Array(wrong.utf8)) == nil, "\(wrong)")
    }
    #expect(XMLElement(Array(String(repeating: "<a>", count: 100_000).utf8)) == nil)
    #expect(S3FileStore.decode("a+b%2Bc%C3%A9") == "a b+cé")
    #expect(S3FileStore.decode("%zz") == nil)
    #expect(S3FileStore.decode("%C3") == nil)
  }
}
