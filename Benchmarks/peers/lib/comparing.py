"""A collection against its typed table, both in the key's order."""

import psycopg

import documents


def rows_of_target(request, connection):
    cursor = connection.cursor("rows", binary=True)
    cursor.itersize = 10_000
    cursor.execute(f'SELECT {documents.names(request.kind)} FROM {request.typed_table} ORDER BY id COLLATE "C"')
    return iter(cursor)


def compare(request):
    """How many keys were compared, and how many of them differ or are on one side only."""
    row = documents.ROW[request.kind]
    compared = different = 0
    with psycopg.connect(request.target) as connection:
        connection.execute("SET TIME ZONE 'UTC'")
        targets = rows_of_target(request, connection)
        target = next(targets, None)
        for document in documents.collection(request).find({}).sort("_id"):
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
