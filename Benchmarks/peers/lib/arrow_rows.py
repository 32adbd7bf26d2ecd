"""Documents of the measured kinds as Arrow, by pymongoarrow, a batch at a time; converted column by column."""

import queue
import threading
import warnings

import numpy
import pyarrow
import pyarrow.compute as compute
from bson import ObjectId
from pymongo import MongoClient

# It was compiled for another release of pyarrow's, and says so for each class.
warnings.filterwarnings("ignore", message=".*size changed.*", category=RuntimeWarning)
from pymongoarrow.context import PyMongoArrowContext  # noqa: E402
from pymongoarrow.schema import Schema  # noqa: E402

MILLISECONDS = pyarrow.timestamp("ms")
FOUND = {
    "users": Schema({
        "_id": ObjectId, "email": pyarrow.string(), "name": pyarrow.string(),
        "profile": {"locale": pyarrow.string(), "timezone": pyarrow.string(), "bio": pyarrow.string()},
        "settings": {"newsletter": pyarrow.bool_(), "pageSize": pyarrow.int32(), "theme": pyarrow.string()},
        "tags": pyarrow.list_(pyarrow.string()), "balance": pyarrow.string(), "workspaceId": ObjectId,
        "phone": pyarrow.string(), "loginCount": pyarrow.int64(), "isActive": pyarrow.bool_(),
        "lastLoginAt": MILLISECONDS, "createdAt": MILLISECONDS,
    }),
    "usage_events": Schema({
        "_id": ObjectId, "workspaceId": ObjectId, "kind": pyarrow.string(), "tokens": pyarrow.int32(),
        "cost": pyarrow.float64(), "at": MILLISECONDS,
    }),
}
# A Decimal128 here and a double there: only the server can make one type of both. Its text of a double has six digits only.
PROJECTED = {"users": {"balance": {"$toString": {"$toDecimal": "$balance"}}}, "usage_events": {}}


def hexadecimal(column):
    """12 bytes as 24 digits, all at once."""
    array = column.combine_chunks() if isinstance(column, pyarrow.ChunkedArray) else column
    if isinstance(array, pyarrow.ChunkedArray):
        array = array.chunk(0)
    storage = getattr(array, "storage", array)
    if storage.null_count:
        raise ValueError("an ObjectId is missing")
    count = len(storage)
    start = storage.offset * 12
    digits = memoryview(storage.buffers()[1])[start:start + count * 12].hex().encode()
    offsets = pyarrow.py_buffer(numpy.arange(0, 24 * count + 1, 24, dtype=numpy.int32))
    return pyarrow.StringArray.from_buffers(count, offsets, pyarrow.py_buffer(digits))


def escaped(text):
    for character, escape in (("\\", "\\\\"), ('"', '\\"')):
        text = compute.replace_substring(text, character, escape)
    return text


def settings(column):
    """The sub-document as JSON."""
    flag = compute.if_else(compute.struct_field(column, "newsletter"), "true", "false")
    size = compute.cast(compute.struct_field(column, "pageSize"), pyarrow.string())
    theme = escaped(compute.struct_field(column, "theme"))
    return compute.binary_join_element_wise(
        '{"newsletter":', flag, ',"pageSize":', size, ',"theme":"', theme, '"}', "")


def moment(column):
    return compute.cast(column, pyarrow.timestamp("us", tz="UTC"))


def users(table):
    profile = table["profile"]
    return {
        "id": hexadecimal(table["_id"]), "email": table["email"], "name": table["name"],
        "locale": compute.struct_field(profile, "locale"), "timezone": compute.struct_field(profile, "timezone"),
        "bio": compute.struct_field(profile, "bio"), "settings": settings(table["settings"]), "tags": table["tags"],
        "balance": compute.cast(table["balance"], pyarrow.decimal128(14, 4)),
        "workspace_id": hexadecimal(table["workspaceId"]), "phone": table["phone"], "login_count": table["loginCount"],
        "is_active": table["isActive"], "last_login_at": moment(table["lastLoginAt"]),
        "created_at": moment(table["createdAt"]),
    }


def usage_events(table):
    return {
        "id": hexadecimal(table["_id"]), "workspace_id": hexadecimal(table["workspaceId"]), "kind": table["kind"],
        "tokens": table["tokens"], "cost": table["cost"], "at": moment(table["at"]),
    }


COLUMNS = {"users": users, "usage_events": usage_events}


def with_binary_jsonb(columns):
    """As COPY's binary form has it: a byte for the version, then the text."""
    if "settings" in columns:
        columns["settings"] = compute.binary_join_element_wise("\x01", columns["settings"], "")
    return columns


def with_joined_tags(columns):
    """The array as its literal in SQL, for files that have no lists."""
    if "tags" in columns:
        columns["tags"] = compute.binary_join_element_wise("{", compute.binary_join(columns["tags"], ","), "}", "")
    return columns


def tables(request, change=lambda columns: columns):
    """One table for each batch of the cursor; a thread reads and converts ahead."""
    ready = queue.Queue(maxsize=4)

    def read():
        try:
            collection = MongoClient(request.source).get_default_database()[request.table]
            schema = FOUND[request.kind]
            projection = {**{name: 1 for name in schema.typemap}, **PROJECTED[request.kind]}
            for batch in collection.find_raw_batches({}, projection, limit=request.rows):
                context = PyMongoArrowContext(schema, codec_options=collection.codec_options)
                context.process_bson_stream(batch)
                ready.put(pyarrow.table(change(COLUMNS[request.kind](context.finish()))))
            ready.put(None)
        except BaseException as error:
            ready.put(error)

    threading.Thread(target=read, daemon=True).start()
    while (table := ready.get()) is not None:
        if isinstance(table, BaseException):
            raise table
        yield table
