/// The words that samples are made of: many scripts, accents, emoji, long words.
enum Vocabulary {
  static let givenNames = [
    "Ada", "Zoë", "Łukasz", "José", "Søren", "Nguyễn", "Олена", "Σοφία", "美咲", "محمد", "지훈", "Aïcha",
    "Jürgen", "Chloé", "Priya", "Marta", "Tom", "Ingrid", "Çağla", "O'Neil", "Jean-Luc", "Þóra", "İpek",
    "Amara",
  ]
  static let familyNames = [
    "Lovelace", "Müller", "García", "Kowalski", "Świątek", "Nakamura", "Иванова", "Papadópoulos", "Öztürk",
    "van der Berg", "Smith", "Okafor", "Singh", "王", "D'Angelo", "Ångström", "Novák", "Silva", "Haddad",
    "Kim",
  ]
  static let mailWords = [
    "ada", "zoe", "lukas", "jose", "soren", "nguyen", "olena", "sofia", "misaki", "mo", "jihoon", "aicha",
    "info", "hello", "sales", "team", "office", "marketing", "support", "contact",
  ]
  static let mailHosts = [
    "example.com", "example.org", "example.net", "mail.example.com", "shop.example.org", "müller.example",
  ]
  static let cities = [
    "Berlin", "Zürich", "Kraków", "São Paulo", "東京", "Αθήνα", "Київ", "New York", "Reykjavík", "القاهرة",
    "L'Aquila", "Łódź", "Ho Chi Minh City", "Saint-Étienne", "Llanfairpwllgwyngyll",
  ]
  static let streets = [
    "Main Street", "Hauptstraße", "Rue de l'Église", "Calle Mayor", "Ulica Długa", "本町", "5th Ave.",
  ]
  static let countries = ["DE", "CH", "PL", "BR", "JP", "GR", "UA", "US", "IS", "EG", "IT", "VN", "FR", "GB"]
  static let locales = [
    "en", "en-US", "de", "de-CH", "pl", "pt-BR", "ja", "el", "uk", "zh-Hant-TW", "ar", "fr",
  ]
  static let timezones = [
    "UTC", "Europe/Berlin", "Europe/Zurich", "America/Sao_Paulo", "Asia/Tokyo", "America/New_York",
    "Africa/Cairo",
  ]
  static let industries = [
    "retail", "health", "education", "travel", "food & drink", "real estate", "non-profit", "",
  ]
  static let companies = [
    "Blumenhaus", "Café Ñandú", "Northwind", "Søstrene", "山田商店", "Acme", "Żabka & Synowie", "Grünwerk",
    "Atlas",
  ]
  static let tags = [
    "vip", "beta", "newsletter", "partner", "churned", "größe-xl", "日本", "a,b", "with \"quotes\"", "🚀",
  ]
  static let words = [
    "order", "delivery", "refund", "invoice", "customer", "please", "thanks", "Größe", "naïve", "façade",
    "déjà", "vu",
    "weekend", "appointment", "reply", "campaign", "audience", "template", "message", "привет", "こんにちは",
    "مرحبا",
    "the", "and", "for", "with", "about", "tomorrow", "discount", "20%", "€5", "😀", "👩‍👩‍👧", "🇨🇭", "e\u{301}", "—",
    "“quoted”",
  ]
  static let languageModels = [
    "gpt-3.5-turbo", "gpt-4", "gpt-4-turbo", "gpt-4o", "gpt-4o-mini", "text-embedding-3-small",
  ]

  /// A text of so many words, with line breaks now and then.
  static func text(words count: Int, _ random: inout SplitMix64) -> String {
    var text = ""
    for index in 0..<count {
      if index > 0 { text += random.below(12) == 0 ? "\n" : " " }
      text += random.pick(words)
    }
    return text
  }

  /// A person's name.
  static func personName(_ random: inout SplitMix64) -> String {
    random.pick(givenNames) + " " + random.pick(familyNames)
  }

  /// An address that no other index has, in lower case.
  static func mailAddress(_ index: Int, _ random: inout SplitMix64) -> String {
    "\(random.pick(mailWords)).\(String(index, radix: 36))@\(random.pick(mailHosts))"
  }
}
