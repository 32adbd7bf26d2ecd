"""A shop: `app.py right` writes as it may, `app.py wrong` tries every kind of forbidden write.

Prints a JSON object for each attempt: its name, and the reason it was refused for, or null.
"""

import json
import os
import sys

import guard
from repositories import FlowRepository, OrderRepository, Postgres, Repository, SQLite, UserRepository

app = SQLite(os.environ["SHOP_SQLITE"])
core = Postgres(os.environ["SHOP_POSTGRES"])
rails = guard.guard


def plan(name):
    """Guardrails by another plan, as `kedge guard export --lang json` wrote it when a phase had changed."""
    with open(name, encoding="utf-8") as file:
        return guard.Guardrails(file.read())


class Nameless(UserRepository):
    writer = None


class Newcomer(UserRepository):
    writer = "CampaignImport"


class Reports(UserRepository):
    writer = "reporting"


class Mover(UserRepository):
    writer = "kedge"


class Ghosts(Repository):
    entity = "ghosts"


class Scribbler(UserRepository):
    def scribble(self):
        self._write("scribble", "UPDATE users SET name = 'scribbled'")


def across(crossing, then=FlowRepository):
    """One request that writes users in Postgres, which is right, and then something in SQLite."""
    unit = rails.unit_of_work(crossing=crossing)
    unit.authorize("update", "users", "core", writer="UserRepository")
    then(unit, "app", app).rename("1", "crossed")


WRONG = {
    "insert into the old store": lambda: UserRepository(rails, "app", app).add("9", "Ida"),
    "update in the old store": lambda: UserRepository(rails, "app", app).rename("1", "Ida"),
    "delete in the old store": lambda: UserRepository(rails, "app", app).remove("1"),
    "empty the old store": lambda: UserRepository(rails, "app", app).clear(),
    "write ahead of the move": lambda: OrderRepository(rails, "core", core).add("9", "lamp", fence=rails.epoch),
    "feature data into Postgres": lambda: FlowRepository(rails, "core", core).add("9", "flow"),
    "an old store that was retired": lambda: UserRepository(plan("retired.json"), "app", app).rename("1", "Ida"),
    "a phase that nobody knows": lambda: UserRepository(plan("frozen.json"), "core", core).rename("1", "Ida"),
    "an entity that nobody declares": lambda: Ghosts(rails, "core", core).clear(),
    "a store that nobody declares": lambda: UserRepository(rails, "attic", app).rename("1", "Ida"),
    "an operation that there isn't": lambda: Scribbler(rails, "core", core).scribble(),
    "without a name": lambda: Nameless(rails, "core", core).rename("1", "Ida"),
    "by a writer that isn't declared": lambda: Newcomer(rails, "core", core).rename("1", "Ida"),
    "by a role that may only read": lambda: Reports(rails, "core", core).rename("1", "Ida"),
    "as Kedge, over the owner": lambda: Mover(rails, "core", core).rename("1", "Ida"),
    "with a fence of before": lambda: UserRepository(rails, "core", core).rename("1", "Ida", fence=1),
    "with a fence of tomorrow": lambda: UserRepository(rails, "core", core).rename("1", "Ida", fence=99),
    "without the fence": lambda: OrderRepository(rails, "app", app).rename("1", "lamp"),
    "across the boundary": lambda: across(None),
    "across by an unknown name": lambda: across("sign-up"),
    "across by a name of last year": lambda: across("old-signup"),
    "across with more than was allowed": lambda: across("signup", then=OrderRepository),
}


def sign_up():
    unit = rails.unit_of_work(crossing="signup")
    UserRepository(unit, "postgres", core).add("2", "Bo's \"own\"")
    FlowRepository(unit, "sqlite", app).add("2", "welcome")


RIGHT = {
    "sign up": sign_up,
    "rename a user": lambda: UserRepository(rails, "core", core).rename("1", "Ada L."),
    "order": lambda: OrderRepository(rails.unit_of_work(), "app", app).add("2", "chair"),
    "remove a flow": lambda: FlowRepository(rails, "app", app).remove("1"),
}

if __name__ == "__main__":
    for name, attempt in {"right": RIGHT, "wrong": WRONG}[sys.argv[1]].items():
        reason = None
        try:
            attempt()
        except guard.GuardRefusal as refusal:
            reason = refusal.decision.reason
        print(json.dumps({"attempt": name, "reason": reason}))
