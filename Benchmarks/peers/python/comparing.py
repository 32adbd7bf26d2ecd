"""A collection against its typed table, both in the key's order."""

import psycopg

import documents


def rows_of_target(task, connection):
    cursor = connection.cursor("rows", binary=True)
    cursor.itersize = 10_000
    cursor.execute(f'SELECT {documents.names(task.kind)} FROM {task.typed_table} ORDER BY id COLLATE "C"')
    return iter(cursor)


def compare(task):
    """How many keys were compared, and how many of them differ or are on one side only."""
    row = documents.ROW[task.kind]
    compared = different = 0
    with psycopg.connect(task.target) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        targets = rows_of_target(task, connection)
        target = next(targets, None)
        for document in documents.collection(task).find({}).sort("_id"):
            source = row(document)
            while target is not None and target[0] < source[0]:
                compared, different = compared + 1, different + 1
                target = next(targets, None)
            compared += 1
            if target is None or target[0] != source[0]:
                different += 1
                continue
            different += target != source
            target = next(targets, None)
        while target is not None:
            compared, different = compared + 1, different + 1
            target = next(targets, None)
    return compared, different
