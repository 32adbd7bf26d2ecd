extension PythonModule {
  /// What callers see: decisions, refusals, observations.
  static let types = #"""
    """Who may write what, and where, as a Kedge mapping set declares it.

    Ask before each write:

        authorize("insert", "users", "postgres", writer="UserRepository")

    raises GuardRefusal where the write is wrong. What isn't declared is refused.
    """

    from __future__ import annotations

    import datetime
    import json
    import sys
    import threading
    from typing import Any, Callable, Dict, List, Literal, NamedTuple, Optional, Tuple, Union

    #: The version of the plan's document that this module reads.
    PLAN_VERSION = 1

    WriteOperation = Literal["insert", "update", "delete", "upsert", "truncate"]


    class Decision(NamedTuple):
        """What a guardrail says to a write."""

        allowed: bool
        entity: str
        store: str
        operation: str
        owner: Optional[str]
        phase: Optional[str]
        reason: str
        owner_store: Optional[str]
        mode: Optional[str]
        observed: bool
        writer: Optional[str]
        fence: Optional[int]
        epoch: int
        declared: Optional[str]
        #: All of it as sentences.
        message: str
        #: What is so.
        finding: str
        #: What to do; None where the write is right.
        help: Optional[str]


    class GuardRefusal(Exception):
        """A write that a guardrail refuses. Nothing was written."""

        def __init__(self, decision: Decision) -> None:
            super().__init__(decision.message)
            self.decision = decision

        def __reduce__(self) -> Any:
            return (GuardRefusal, (self.decision,))


    class InvalidPlan(ValueError):
        """A plan that this module can't decide from."""


    class Observation(NamedTuple):
        """A wrong write that was let pass, since its entity is only observed."""

        decision: Decision
        #: Who asked: file and line.
        caller: str


    class ObservedWrites(NamedTuple):
        """How often the same wrong write was let pass."""

        entity: str
        store: str
        operation: str
        reason: str
        writer: Optional[str]
        caller: Optional[str]
        times: int
    """#
}
