"""The programs beside the peers' interpreter, and what they leave in tables of their own."""

import os
import pathlib
import subprocess
import sys

import peer

# The column that proves by its sum that values arrived.
SUMMED = {"users": "login_count", "usage_events": "tokens"}


def program(name):
    """The path of a program that a Python package brought; refuses where it isn't there."""
    path = pathlib.Path(sys.prefix) / "bin" / name
    if not path.exists():
        peer.refuse(f"The program {name} is not installed: run scripts/peers-setup.")
    return str(path)


def call(arguments, environment=None):
    """Runs a program to its end and answers what it said; with its last words where it fails."""
    ended = subprocess.run(
        arguments, env={**os.environ, **(environment or {})}, text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ended.returncode != 0:
        sys.exit(f"{os.path.basename(arguments[0])} ended with exit code {ended.returncode}: {ended.stdout[-4000:]}")
    return ended.stdout


def plain_postgres(url):
    """The URL as drivers of other languages want it: its scheme in full, and no TLS asked for on this machine."""
    url = url.replace("postgres://", "postgresql://", 1)
    return url if "sslmode=" in url else url + ("&" if "?" in url else "?") + "sslmode=disable"


def sums(request, table, expression=None):
    """What `verify` answers of a peer's own table."""
    import psycopg

    column = SUMMED[request.kind]
    with psycopg.connect(request.target) as connection:
        rows, total = connection.execute(
            f"SELECT count(*), coalesce(sum({expression or column}), 0)::text FROM {table}").fetchone()
    return {"rows": rows, "sums": {column: total}}
