"""The naive ways to write rows that may be there already: INSERT with ON CONFLICT DO UPDATE."""

from itertools import islice

import psycopg

import copying
import documents


def statement(request):
    columns = list(documents.COLUMNS[request.kind])
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    values = ", ".join(f"%s::{type_}" for type_ in documents.COLUMNS[request.kind].values())
    return (f"INSERT INTO {request.typed_table} ({documents.names(request.kind)}) VALUES ({values}) "
            f"ON CONFLICT (id) DO UPDATE SET {changes}")


ROW = {"users": copying.user, "usage_events": documents.usage_event}


def by_row(request):
    """Each row is a statement and a transaction."""
    row, text = ROW[request.kind], statement(request)
    with psycopg.connect(request.target, autocommit=True) as connection, connection.cursor() as cursor:
        for document in documents.collection(request).find({}, limit=request.rows):
            cursor.execute(text, row(document), prepare=True)


def by_batch(request, size):
    """A transaction for each batch, its statements in a pipeline."""
    row, text = ROW[request.kind], statement(request)
    found = documents.collection(request).find({}, limit=request.rows)
    with psycopg.connect(request.target) as connection, connection.cursor() as cursor:
        while batch := [row(document) for document in islice(found, size)]:
            cursor.executemany(text, batch)
            connection.commit()
