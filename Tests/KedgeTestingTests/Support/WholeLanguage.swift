import Mapping

/// Sets that use every type and every transform.
enum WholeLanguage {
  static func mongo() throws -> MappingSet {
    try MappingSet.parse(
      files: [
        ("set.yaml", "set: whole\nstores:\n  app: { kind: mongo, environment: [MONGODB_URI] }\n"),
        (
          "plain.yaml",
          """
          entity: plain
          owner: core
          source: { store: app, collection: plain }
          key: [id]
          fields:
            id: { from: _id, type: uuid, transforms: [uuid] }
            small: { type: smallint, required: true }
            whole: { type: integer, unique: true }
            large: bigint
            exact: { type: "numeric(12,3)", required: true }
            plainly: numeric
            ratio: double precision
            short: { type: real, required: true }
            truth: { type: boolean, required: true }
            word: { type: text, required: true, unique: true }
            code: { type: char(5), required: true, unique: true }
            brief: { type: varchar(4), required: true }
            bytes: { type: bytea, required: true }
            other: { type: uuid, required: true }
            day: { type: date, required: true }
            at: { type: timestamptz, required: true, unique: true }
            local: { type: timestamp, required: true }
            doc: { type: jsonb, required: true }
            raw: json
            status: { type: { enum: plain_status, values: [new, active, lost] }, required: true }
            past: { type: { enum: plain_status, values: [new, active, lost], array: true } }
            tags: { type: "text[]", transforms: [trim, lower], required: true, empty: keep }
            scores: { type: "integer[]" }
            city: { from: "places[0].city", type: text }
            street: { from: 'home."street name"', type: text }
            home: jsonb
          children:
            visits:
              fields: { at: { type: timestamptz, required: true }, page: varchar(8), ticket: { type: integer, unique: true, required: true } }
              children: { clicks: { fields: { x: { from: "@", type: integer } } } }
          rest: extra
          filters: [{ field: deleted, exists: false }, { field: kind, one-of: [a, b] }]
          """
        ),
        (
          "turned.yaml",
          """
          entity: turned
          owner: core
          source: { store: app, collection: turned }
          key: [tenant, number]
          fields:
            tenant: { type: uuid, transforms: [uuid] }
            number: { type: integer, transforms: [number] }
            trimmed: { type: varchar(20), transforms: [trim, lower], required: true }
            upper: { type: char(3), transforms: [upper], required: true }
            texted: { type: text, transforms: [text], required: true }
            seconds: { type: timestamptz, transforms: [{ epoch: seconds }], required: true }
            nanos: { type: timestamp, transforms: [{ epoch: nanoseconds }], required: true }
            webkit: { type: timestamptz, transforms: [{ epoch: webkit }], required: true }
            cocoa: { type: timestamptz, transforms: [{ epoch: cocoa }], required: true }
            julian: { type: date, transforms: [{ epoch: julian }], required: true }
            day: { type: date, transforms: [{ epoch: milliseconds }], required: true }
            texttime: { type: timestamptz, transforms: [trim, { epoch: microseconds }], required: true }
            german: { type: date, transforms: [{ date: "%d.%m.%Y" }], required: true }
            american: { type: timestamptz, transforms: [{ date: "%b %d %y %H:%M:%S.%f %z" }], required: true }
            ordinal: { type: date, transforms: [{ date: "%Y/%j" }], required: true }
            clock: { type: time, transforms: [date], required: true }
            wall: { type: timestamp, transforms: [date], required: true }
            level: { type: text, transforms: [lower, { enum: { debug: d, Info: i, warn: w } }], required: true }
            answer: { type: boolean, transforms: [{ boolean: { true: [si], false: ["no"] } }], required: true }
            flag: { type: boolean, transforms: [boolean], required: true }
            price: { type: "numeric(6,2)", transforms: [{ cents: 2 }], required: true }
            fine: { type: "numeric(8,2)", transforms: [{ cents: 4 }], required: true }
            parsed: { type: jsonb, transforms: [json], required: true }
            extended: { type: jsonb, transforms: [ejson], required: true }
            digest: { type: text, transforms: [hash], required: true, unique: true }
            java: { type: uuid, transforms: [{ uuid: java }], required: true }
            csharp: { type: uuid, transforms: [{ uuid: csharp }], required: true }
            based: { type: text, transforms: [base64], required: true }
            hexed: { type: varchar(32), transforms: [hex], required: true }
            fixed: { type: text, transforms: [{ constant: legacy }] }
            stated: { type: "numeric(9,2)", transforms: [number, { round: 2 }], required: true }
            rounded: { type: integer, transforms: [{ round: 0 }], required: true }
            clamped: { type: smallint, transforms: [{ clamp: [0, 100] }], required: true }
            cut: { type: varchar(6), transforms: [{ truncate: 6 }], required: true }
            clean: { type: text, transforms: [strip_nul], required: true }
            lasts: { type: interval, transforms: [interval], required: true }
            idle: { type: interval, transforms: [{ interval: seconds }], required: true }
            host: { type: inet, transforms: [inet], required: true }
            net: { type: cidr, transforms: [inet], required: true }
            ids: { type: "uuid[]", transforms: [uuid] }
            plain_id: { type: uuid, transforms: [uuid], required: true }
            friends: { type: "uuid[]", transforms: [uuid] }
          json-text: [meta, "meta.inner"]
          children:
            links:
              from: meta.links[]
              fields: { plain: { type: text }, n: integer }
            uses:
              fields: { plain: { type: uuid, transforms: [uuid] } }
              references: [{ columns: [plain], entity: plain, enforce: audit }]
          references:
            - { columns: [plain_id], entity: plain }
            - { columns: [friends], entity: plain }
          """
        ),
        (
          "people.yaml",
          """
          entity: people
          owner: core
          source: { store: app, collection: people }
          key: [id]
          fields:
            id: { from: _id, type: text, transforms: [text] }
            boss: { type: text, transforms: [text] }
            team: { type: text, transforms: [text], required: true }
            card: { type: text, transforms: [text], unique: true, required: true }
          references:
            - { columns: [boss], entity: people, on-delete: set-null }
            - { columns: [team], entity: teams }
            - { columns: [card], entity: cards }
          """
        ),
        (
          "teams.yaml",
          """
          entity: teams
          owner: core
          source: { store: app, collection: teams }
          key: [id]
          fields: { id: { from: _id, type: text, transforms: [text] }, lead: { type: text, transforms: [text] } }
          references: [{ columns: [lead], entity: people, enforce: audit }]
          """
        ),
        (
          "cards.yaml",
          """
          entity: cards
          owner: feature
          source: { store: app, collection: cards }
          key: [id]
          fields: { id: { from: _id, type: text } }
          """
        ),
      ])
  }

  static func sqlite() throws -> MappingSet {
    try MappingSet.parse(
      files: [
        ("set.yaml", "set: whole\nstores:\n  file: { kind: sqlite, environment: [SQLITE_PATH] }\n"),
        (
          "contacts.yaml",
          """
          entity: contacts
          owner: core
          source: { store: file, table: Contact }
          key: [id]
          json-text: [tags, profile, addresses, "addresses[].geo"]
          fields:
            id: bigint
            email: { type: text, transforms: [trim, lower], required: true, unique: true }
            blob: { type: bytea, required: true }
            ratio: { type: double precision, required: true }
            cents: { type: "numeric(8,2)", transforms: [{ cents: 2 }], required: true }
            flag: { type: boolean, transforms: [boolean], required: true }
            born: { type: date, transforms: [{ date: "%Y%m%d" }], required: true }
            seen: { type: timestamptz, transforms: [{ epoch: seconds }] }
            ref: { type: uuid, transforms: [uuid], required: true }
            tags: { type: "text[]", empty: null }
            locale: { from: profile.locale, type: varchar(16) }
            profile: { type: jsonb, transforms: [json] }
            whole: { type: jsonb, transforms: [json], required: true }
          children:
            addresses:
              fields: { city: text, latitude: { from: geo.lat, type: double precision } }
              children: { phones: { fields: { number: { from: "@", type: text } } } }
          """
        ),
        (
          "notes.yaml",
          """
          entity: notes
          owner: core
          source: { store: file, table: Note }
          key: [contact, line]
          fields:
            contact: { from: ContactId, type: bigint }
            line: { from: LineNo, type: integer }
            text: { from: Body, type: text, required: true }
          references: [{ columns: [contact], entity: contacts, on-delete: cascade }]
          """
        ),
      ])
  }
}
