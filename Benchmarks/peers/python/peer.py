"""What every peer in Python shares: its three commands, what it is told, and the programs beside its interpreter."""

import importlib.metadata
import json
import os
import pathlib
import subprocess
import sys

PROGRAMS = pathlib.Path(sys.prefix) / "bin"
# The column that proves by its sum that values arrived, for peers that make a table of their own.
SUMMED = {"users": ("login_count", "loginCount"), "usage_events": ("tokens", "tokens")}


class CannotRun(Exception):
    """Why a peer can't run here, in one sentence."""


class Task:
    """What the driver asks for, from the environment."""

    def __init__(self):
        self.kind = os.environ["PEER_KIND"]
        self.rows = int(os.environ["PEER_ROWS"])
        self.source = os.environ["PEER_SOURCE"]
        self.table = os.environ["PEER_TABLE"]
        self.target = os.environ["PEER_TARGET"]
        self.folder = pathlib.Path(os.environ["PEER_FOLDER"])

    @property
    def typed_table(self):
        return f"core.{self.kind}"

    def own_table(self, schema):
        """The counts and sums of a table that the peer made itself, by SQL."""
        return f"{schema}.{self.kind}"


def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        raise CannotRun(f"{package} isn't installed: run scripts/peers-setup") from None


def program(name):
    path = PROGRAMS / name
    if not path.exists():
        raise CannotRun(f"{name} isn't installed: run scripts/peers-setup")
    return str(path)


def call(arguments, environment=None, output=None):
    """Runs a program to its end; its last words go to standard error if it fails."""
    finished = subprocess.run(
        arguments, env={**os.environ, **(environment or {})}, text=True, errors="replace",
        stdout=output or subprocess.PIPE, stderr=subprocess.STDOUT if output is None else subprocess.PIPE)
    if finished.returncode != 0:
        words = finished.stdout if output is None else finished.stderr
        sys.exit(f"{arguments[0]} ended with exit code {finished.returncode}: {(words or '')[-4000:]}")
    return finished.stdout


def sums(task, table, expression):
    """What `verify` prints of a peer's own table."""
    import psycopg

    with psycopg.connect(task.target) as connection:
        rows, total = connection.execute(
            f"SELECT count(*), coalesce(sum({expression}), 0)::text FROM {table}").fetchone()
    print(json.dumps({"rows": rows, "sums": {SUMMED[task.kind][0]: total}}))


def main(describe, run, verify=None):
    command = sys.argv[1] if len(sys.argv) == 2 else ""
    try:
        if command == "describe":
            print(json.dumps(describe()))
        elif command == "run":
            run(Task())
        elif command == "verify" and verify:
            verify(Task())
        else:
            sys.exit(f"usage: {sys.argv[0]} describe|run" + ("|verify" if verify else ""))
    except CannotRun as reason:
        print(reason, file=sys.stderr)
        sys.exit(3)
