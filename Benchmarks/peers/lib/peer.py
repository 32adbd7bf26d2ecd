"""What all peers written in Python share: the words they are called with, and what they are given."""

import importlib.metadata
import json
import os
import sys
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What the benchmark asks for, from the environment."""

    kind: str
    rows: int
    source: str
    table: str
    target: str
    folder: str

    @staticmethod
    def read():
        words = {name: os.environ["PEER_" + name.upper()] for name in Request.__annotations__}
        return Request(**words | {"rows": int(words["rows"])})

    @property
    def typed_table(self):
        """The typed table, as SQL names it."""
        return f"core.{self.kind}"


def refuse(sentence):
    """The peer can't run here."""
    print(sentence, file=sys.stderr)
    raise SystemExit(3)


def installed(package):
    """The version of a package; refuses where it isn't installed."""
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        refuse(f"The Python package {package} is not installed: run scripts/peers-setup.")


def main(describe, run, verify=None):
    """Does what the first word says. `describe` returns a dictionary; `verify` returns one too, for peers with a table of their own."""
    word = sys.argv[1] if len(sys.argv) == 2 else ""
    if word == "describe":
        defaults = {"table": "typed", "note": "", "scale": 1, "kinds": ["users", "usage_events"]}
        print(json.dumps(defaults | describe()))
    elif word == "run":
        run(Request.read())
    elif word == "verify" and verify:
        print(json.dumps(verify(Request.read())))
    else:
        print(f"Usage: {os.path.basename(sys.argv[0])} describe|run" + ("|verify" if verify else ""), file=sys.stderr)
        raise SystemExit(2)


def summed(kind):
    """The column whose sum tells whether the contents of a table of its own are right."""
    return "login_count" if kind == "users" else "tokens"


def rows_and_sum(connection, table, kind):
    """What `verify` prints, counted in a table of the peer's own."""
    column = summed(kind)
    rows, total = connection.execute(f"SELECT count(*), sum({column})::text FROM {table}").fetchone()
    return {"rows": rows, "sums": {column: total}}


@contextmanager
def key_after_the_rows(connection, table):
    """Takes the primary key away and makes it again when the rows are there, as PostgreSQL's manual advises for a first load."""
    key = connection.execute(
        "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = %s::regclass AND contype = 'p'", [table]
    ).fetchone()
    if key:
        connection.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{key[0]}"')
    try:
        yield
    finally:
        if key:
            connection.execute("SET maintenance_work_mem = '512MB'")
            connection.execute(f'ALTER TABLE {table} ADD CONSTRAINT "{key[0]}" {key[1]}')
