"""The programs that the peers' Python packages bring, and the addresses in the forms that they want."""

import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

import peer


def program(name):
    """The path of a program that a Python package brought; refuses where it isn't there."""
    path = pathlib.Path(sys.prefix) / "bin" / name
    if not path.exists():
        peer.refuse(f"The program {name} is not installed: run scripts/peers-setup.")
    return str(path)


def sling():
    """The path of sling's program, which lies in a package and not beside the others."""
    found = sorted(pathlib.Path(sys.prefix).glob("lib/python3*/site-packages/sling_linux_*/bin/sling-linux-*"))
    if not found:
        peer.refuse("The program sling is not installed: run scripts/peers-setup.")
    return str(found[0])


def call(arguments, environment=None):
    """Runs a program to its end and answers what it said; with its last words where it fails."""
    ended = subprocess.run(
        arguments, env={**os.environ, **(environment or {})}, text=True, errors="replace",
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ended.returncode != 0:
        sys.exit(f"{os.path.basename(arguments[0])} ended with exit code {ended.returncode}: {ended.stdout[-4000:]}")
    return ended.stdout


def connection(request):
    """One to the target that commits each statement."""
    import psycopg

    return psycopg.connect(request.target, autocommit=True)


def mongo_database(url):
    """The URL of the server alone, and the database's name."""
    server, database, options = re.fullmatch(r"(mongodb(?:\+srv)?://[^/]+)/([^?]+)(\?.*)?", url).groups()
    return f"{server}/{options or ''}", database


def plain_postgres(url):
    """The URL with its scheme in full, and no TLS asked for: the servers of the benchmarks are on this machine."""
    url = url.replace("postgres://", "postgresql://", 1)
    return url if "sslmode=" in url else url + ("&" if "?" in url else "?") + "sslmode=disable"


def with_password(url):
    """The same with a password where none is asked for; dlt wants one to be written."""
    url = urllib.parse.urlsplit(url)
    user = url.netloc if "@" not in url.netloc or url.password else url.netloc.replace("@", ":none@", 1)
    return url._replace(scheme="postgresql", netloc=user).geturl()
