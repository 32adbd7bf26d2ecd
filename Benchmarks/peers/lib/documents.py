"""Documents of the measured kinds as the rows of their typed tables: plain Python values, in the order of COLUMNS."""

from decimal import Decimal

from bson.codec_options import CodecOptions
from bson.decimal128 import Decimal128
from pymongo import MongoClient

COLUMNS = {
    "users": {
        "id": "text", "email": "text", "name": "text", "locale": "text", "timezone": "text", "bio": "text",
        "settings": "jsonb", "tags": "text[]", "balance": "numeric", "workspace_id": "text", "phone": "text",
        "login_count": "int8", "is_active": "bool", "last_login_at": "timestamptz", "created_at": "timestamptz",
    },
    "usage_events": {
        "id": "text", "workspace_id": "text", "kind": "text", "tokens": "int4", "cost": "float8", "at": "timestamptz",
    },
}


def names(kind):
    return ", ".join(COLUMNS[kind])


def collection(request):
    """The source's collection; dates come with their time zone."""
    database = MongoClient(request.source).get_default_database()
    return database.get_collection(request.table, codec_options=CodecOptions(tz_aware=True))


def decimal(value):
    if value is None:
        return None
    return value.to_decimal() if type(value) is Decimal128 else Decimal(repr(value))


def user(document):
    get = document.get
    profile = get("profile") or {}
    return (
        document["_id"].binary.hex(), get("email"), get("name"),
        profile.get("locale"), profile.get("timezone"), profile.get("bio"),
        get("settings"), get("tags"), decimal(get("balance")), document["workspaceId"].binary.hex(), get("phone"),
        get("loginCount"), get("isActive"), get("lastLoginAt"), get("createdAt"),
    )


def usage_event(document):
    get = document.get
    return (
        document["_id"].binary.hex(), document["workspaceId"].binary.hex(), get("kind"), get("tokens"), get("cost"),
        get("at"),
    )


ROW = {"users": user, "usage_events": usage_event}
