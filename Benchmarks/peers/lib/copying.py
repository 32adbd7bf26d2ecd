"""The hand-written script: a cursor of pymongo, rows as Python values, COPY in binary by psycopg."""

import json
import struct

import psycopg
from bson.datetime_ms import DatetimeMS
from psycopg import postgres
from psycopg.adapt import Dumper
from psycopg.pq import Format
from psycopg.types.json import Jsonb, set_json_dumps

import documents


class MillisecondsDumper(Dumper):
    """A date as BSON has it, without a datetime in between."""

    format = Format.BINARY
    oid = postgres.types["timestamptz"].oid

    def dump(self, value):
        return struct.pack("!q", (int(value) - 946_684_800_000) * 1000)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def user(document):
    row = list(documents.user(document))
    if row[6] is not None:
        row[6] = Jsonb(row[6])
    return row


ROW = {"users": user, "usage_events": documents.usage_event}


def copy(request, query=None, limit=0):
    """Copies what the query finds into the typed table, by one connection."""
    from bson.codec_options import DatetimeConversion

    set_json_dumps(compact)
    source = documents.collection(request)
    source = source.with_options(source.codec_options.with_options(datetime_conversion=DatetimeConversion.DATETIME_MS))
    row = ROW[request.kind]
    with psycopg.connect(request.target) as connection, connection.cursor() as cursor:
        cursor.adapters.register_dumper(DatetimeMS, MillisecondsDumper)
        statement = f"COPY {request.typed_table} ({documents.names(request.kind)}) FROM STDIN (FORMAT binary)"
        with cursor.copy(statement) as copying:
            copying.set_types(list(documents.COLUMNS[request.kind].values()))
            write = copying.write_row
            for document in source.find(query or {}, limit=limit):
                write(row(document))
