import Testing

@testable import FileStores

/// The examples of "Signature Calculations for the Authorization Header" in S3's own reference, and the first of the
/// general test suite for Signature Version 4.
@Suite("AWS Signature Version 4")
struct SignatureTests {
  private static let nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
  private let signer = AWSSignature(
    credentials: AWSCredentials(
      accessKey: "AKIAIOSFODNN7EXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"),
    region: "us-east-1")
  private let host = (name: "host", value: "examplebucket.s3.amazonaws.com")
  /// 2013-05-24, midnight.
  private let time = 1_369_353_600

  private func authorization(_ request: AWSSignature.Request, _ signer: AWSSignature, _ time: Int) throws
    -> String
  {
    try #require(signer.headers(for: request, at: time).first { $0.name == "authorization" }).value
  }

  private func signature(_ request: AWSSignature.Request) throws -> String {
    String(try authorization(request, signer, time).suffix(64))
  }

  @Test("GET of a range")
  func getObject() throws {
    let request = AWSSignature.Request(
      method: "GET", path: "/test.txt", headers: [host, ("range", "bytes=0-9")], payload: Self.nothing)
    #expect(
      try authorization(request, signer, time)
        == "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=host;range;x-amz-content-sha256;x-amz-date, Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"
    )
  }

  @Test("PUT of a name that has to be encoded")
  func putObject() throws {
    let payload = FileDigest.hex(try FileDigest.of(Array("Welcome to Amazon S3.".utf8)))
    #expect(payload == "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072")
    let request = AWSSignature.Request(
      method: "PUT", path: AWSSignature.encode("/test$file.text", keepsSlash: true),
      headers: [
        ("date", "Fri, 24 May 2013 00:00:00 GMT"), host, ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
      ],
      payload: payload)
    #expect(request.path == "/test%24file.text")
    #expect(try signature(request) == "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd")
  }

  @Test("a query without a value, and one of two parts in another order")
  func queries() throws {
    let lifecycle = AWSSignature.Request(
      method: "GET", path: "/", query: [("lifecycle", "")], headers: [host], payload: Self.nothing)
    #expect(try signature(lifecycle) == "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543")
    let list = AWSSignature.Request(
      method: "GET", path: "/", query: [("prefix", "J"), ("max-keys", "2")], headers: [host],
      payload: Self.nothing)
    #expect(try signature(list) == "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7")
  }

  @Test("get-vanilla and post-vanilla of the general test suite")
  func generalSuite() throws {
    let general = AWSSignature(
      credentials: AWSCredentials(
        accessKey: "AKIDEXAMPLE", secretKey: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
      region: "us-east-1", service: "service")
    for (method, expected) in [
      ("GET", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"),
      ("POST", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"),
    ] {
      let request = AWSSignature.Request(
        method: method, path: "/", headers: [("host", "example.amazonaws.com")], payload: Self.nothing)
      #expect(try authorization(request, general, 1_440_938_160).hasSuffix("Signature=" + expected))
    }
  }

  @Test("a session's token is signed and sent")
  func sessionToken() throws {
    let temporary = AWSSignature(
      credentials: AWSCredentials(accessKey: "A", secretKey: "S", sessionToken: "token/+="),
      region: "us-east-1")
    let request = AWSSignature.Request(method: "GET", path: "/", headers: [host], payload: Self.nothing)
    let headers = try temporary.headers(for: request, at: time)
    #expect(headers.contains { $0 == ("x-amz-security-token", "token/+=") })
    #expect(try authorization(request, temporary, time).contains(";x-amz-date;x-amz-security-token,"))
  }

  @Test("every byte but the unreserved ones is encoded, with capital digits")
  func encoding() {
    #expect(AWSSignature.encode("a b+c%d/é~._-", keepsSlash: true) == "a%20b%2Bc%25d/%C3%A9~._-")
    #expect(AWSSignature.encode("a/b=&") == "a%2Fb%3D%26")
  }

  @Test("HMAC-SHA256 of RFC 4231, with a short key and with one longer than a block")
  func authenticationCode() throws {
    let short = try FileDigest.authentication(
      key: Array("Jefe".utf8), Array("what do ya want for nothing?".utf8))
    #expect(FileDigest.hex(short) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let long = try FileDigest.authentication(
      key: [UInt8](repeating: 0xAA, count: 131),
      Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8))
    #expect(FileDigest.hex(long) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }
}
