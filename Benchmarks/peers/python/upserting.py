"""The naive ways to write rows that may be there already: INSERT with ON CONFLICT DO UPDATE."""

from itertools import islice

import psycopg

import copying
import documents


def statement(task):
    columns = list(documents.COLUMNS[task.kind])
    changes = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
    values = ", ".join(f"%s::{type_}" for type_ in documents.COLUMNS[task.kind].values())
    return (f"INSERT INTO {task.typed_table} ({documents.names(task.kind)}) VALUES ({values}) "
            f"ON CONFLICT (id) DO UPDATE SET {changes}")


ROW = {"users": copying.user, "usage_events": documents.usage_event}


def by_row(task):
    """Each row is a statement and a transaction."""
    row, text = ROW[task.kind], statement(task)
    with psycopg.connect(task.target, autocommit=True) as connection, connection.cursor() as cursor:
        for document in documents.collection(task).find({}, limit=task.rows):
            cursor.execute(text, row(document), prepare=True)


def by_batch(task, size):
    """A transaction for each batch, its statements in a pipeline."""
    row, text = ROW[task.kind], statement(task)
    found = documents.collection(task).find({}, limit=task.rows)
    with psycopg.connect(task.target) as connection, connection.cursor() as cursor:
        while batch := [row(document) for document in islice(found, size)]:
            cursor.executemany(text, batch)
            connection.commit()
