import Testing

@testable import Mongo

@Suite("MongoDB settings")
struct SettingsTests {
  @Test("the database comes from the path, else from the parameter, else there is an error")
  func database() throws {
    #expect(try MongoSettings(url: "mongodb://localhost/shop").database == "shop")
    #expect(try MongoSettings(url: "mongodb://localhost/shop?w=1", database: "other").database == "shop")
    #expect(try MongoSettings(url: "mongodb://localhost", database: "other").database == "other")
    #expect(try MongoSettings(url: "mongodb://localhost/?appname=x", database: "other").database == "other")
    #expect(try MongoSettings(url: "mongodb://localhost/sh%2Dop").database == "sh-op")
    let error = #expect(throws: MongoError.self) { try MongoSettings(url: "mongodb://u:secret@localhost/") }
    #expect(error?.description.contains("names no database") == true)
    #expect(error?.description.contains("secret") == false)
  }

  @Test(
    "a redacted URL shows everything but secrets",
    arguments: [
      ("mongodb://h/d", "mongodb://h/d"),
      ("mongodb://ada:s3cret@h:1,i:2/d?replicaSet=r", "mongodb://ada:***@h:1,i:2/d?replicaSet=r"),
      ("mongodb://ada@h/d", "mongodb://ada@h/d"),
      (
        "mongodb://h/d?tls=true&tlsCertificateKeyFilePassword=s3cret&w=1",
        "mongodb://h/d?tls=true&tlsCertificateKeyFilePassword=***&w=1"
      ),
      ("mongodb://a:%s3cret%40x@h/d".replacing("%s3", with: "s3"), "mongodb://a:***@h/d"),
    ])
  func redacted(url: String, redacted: String) throws {
    let settings = try MongoSettings(url: url)
    #expect(settings.redactedURL == redacted)
    #expect("\(settings)" == redacted)
  }

  @Test("both the written and the decoded password are struck out of texts")
  func redactedText() throws {
    let settings = try MongoSettings(url: "mongodb://ada:p%40ss@h/d")
    #expect(settings.redact("saw p%40ss and p@ss here") == "saw *** and *** here")
  }

  @Test(
    "URLs that can't be used are refused without a piece of their password",
    arguments: [
      "postgres://ada:s3cret@h/d", "mongodb://ada:s3cret@", "mongodb://ada:s3c/ret@h/d",
      "mongodb://ada:s3c?ret@h/d",
      "mongodb://ada:s3c@ret@h/d", "mongodb://ada:s3c:ret@h/d", "mongodb://ada:s3c%zzret@h/d",
      "mongodb://ada:s3cret@h:port/d", "mongodb://ada:s3cret@h/d?nonsense", "mongodb://ada:s3cret@h/a/b", "",
      "h/d",
      "mongodb+srv://ada:s3cret@localhost/d", "mongodb://ada:s3c%00ret@h/d",
    ])
  func refused(url: String) {
    do {
      _ = try MongoSettings(url: url)
      Issue.record("accepted")
    } catch {
      let text = "\(error)"
      #expect(error is MongoError)
      #expect(!text.contains("s3c") && !text.contains("ret@") && !text.contains("ret"), "\(text)")
    }
  }
}
