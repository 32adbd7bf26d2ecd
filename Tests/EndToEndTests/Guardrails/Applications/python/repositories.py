"""Repositories that can't write without asking: each write goes through `_write`, which asks first."""

import sqlite3
import subprocess


class SQLite:
    """A real SQLite file."""

    def __init__(self, path):
        self.path = path

    def execute(self, sql, **values):
        with sqlite3.connect(self.path) as connection:
            connection.execute(sql, values)
        connection.close()


class Postgres:
    """A real Postgres database, through psql. Values go in as variables, never as text of the statement."""

    def __init__(self, url):
        self.url = url

    def execute(self, sql, **values):
        for name in values:
            sql = sql.replace(":" + name, ":'" + name + "'")
        arguments = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", self.url]
        for name, value in values.items():
            arguments += ["-v", "%s=%s" % (name, value)]
        subprocess.run(arguments, input=sql, text=True, check=True)


class Repository:
    """One entity in one store. `guard` is the module's guardrails, or a unit of work."""

    entity = ""
    writer = None

    def __init__(self, guard, store, database):
        self.guard = guard
        self.store = store
        self.database = database

    def _write(self, operation, sql, fence=None, **values):
        self.guard.authorize(operation, self.entity, self.store, writer=self.writer, fence=fence)
        self.database.execute(sql, **values)

    def add(self, key, name, fence=None):
        sql = "INSERT INTO %s (id, name) VALUES (:id, :name)" % self.entity
        self._write("insert", sql, fence=fence, id=key, name=name)

    def rename(self, key, name, fence=None):
        sql = "UPDATE %s SET name = :name WHERE id = :id" % self.entity
        self._write("update", sql, fence=fence, id=key, name=name)

    def remove(self, key, fence=None):
        self._write("delete", "DELETE FROM %s WHERE id = :id" % self.entity, fence=fence, id=key)

    def clear(self, fence=None):
        self._write("truncate", "DELETE FROM %s" % self.entity, fence=fence)


class UserRepository(Repository):
    entity = "users"
    writer = "UserRepository"


class OrderRepository(Repository):
    entity = "orders"
    writer = "OrderRepository"


class FlowRepository(Repository):
    entity = "flows"
    writer = "FlowRepository"
