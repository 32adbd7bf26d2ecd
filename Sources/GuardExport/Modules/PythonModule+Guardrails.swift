extension PythonModule {
  /// What callers ask: guardrails and units of work.
  static let guardrails = #"""
    def _today() -> datetime.date:
        return datetime.datetime.now(datetime.timezone.utc).date()


    class Guardrails:
        """Decides about writes. Threads may share it."""

        #: Kinds of observed writes that are kept apart; beyond them writers and callers aren't told apart.
        MOST_OBSERVATIONS = 10000

        def __init__(
            self, plan: Union[str, bytes, Dict[str, Any]], *,
            on_observed: Optional[Callable[[Observation], None]] = None,
            today: Callable[[], datetime.date] = _today,
        ) -> None:
            self._plan = _Plan(plan)
            self._today = today
            self._lock = threading.Lock()
            self._counts: Dict[Tuple[Any, ...], int] = {}
            #: Called for each wrong write that is let pass, on the writer's thread.
            self.on_observed = on_observed

        @property
        def epoch(self) -> int:
            """The newest fence of the plan: take it when a unit of work begins."""
            return self._plan.epoch

        def load(self, plan: Union[str, bytes, Dict[str, Any]]) -> None:
            """Goes on with another plan of the same set, such as one with newer phases. A bad one changes nothing."""
            loaded = _Plan(plan)
            if loaded.set != self._plan.set:
                raise InvalidPlan("this is the plan of another mapping set")
            self._plan = loaded

        def decide(
            self, operation: str, entity: str, store: str, *, writer: Optional[str] = None, fence: Optional[int] = None
        ) -> Decision:
            """Decides about a write, and says why. It doesn't count what is observed."""
            _check(operation, entity, store, writer, fence)
            plan = self._plan
            reason = plan.reason(operation, entity, store, writer, fence)
            return plan.decision(reason, operation, entity, store, writer, fence, None)

        def authorize(
            self, operation: WriteOperation, entity: EntityName, store: StoreName, *, writer: Optional[str] = None,
            fence: Optional[int] = None,
        ) -> None:
            """Returns where the write may go ahead, and raises GuardRefusal where it may not."""
            _check(operation, entity, store, writer, fence)
            plan = self._plan
            reason = plan.reason(operation, entity, store, writer, fence)
            if not plan.reasons[reason]["allowed"]:
                self._settle(plan.decision(reason, operation, entity, store, writer, fence, None))

        def unit_of_work(
            self, *, writer: Optional[str] = None, fence: Optional[int] = None, crossing: Optional[str] = None
        ) -> UnitOfWork:
            """Begins a unit of work, such as one request. Without a fence it takes the plan's epoch."""
            return UnitOfWork(self, writer=writer, fence=fence, crossing=crossing)

        def observed(self) -> List[ObservedWrites]:
            """What was let pass since this began."""
            with self._lock:
                return [ObservedWrites(*key, times=times) for key, times in self._counts.items()]

        def _settle(self, decision: Decision) -> None:
            if not decision.allowed:
                raise GuardRefusal(decision)
            if not decision.observed:
                return
            caller = _caller()
            key: Tuple[Any, ...] = (decision.entity, decision.store, decision.operation, decision.reason)
            with self._lock:
                full = key + (decision.writer, caller)
                if full not in self._counts and len(self._counts) >= self.MOST_OBSERVATIONS:
                    full = key + (None, None)
                self._counts[full] = self._counts.get(full, 0) + 1
            if self.on_observed is not None:
                self.on_observed(Observation(decision, caller))


    class UnitOfWork:
        """What belongs together, such as one request: knows which stores it has written. For one thread."""

        def __init__(
            self, guard: Guardrails, *, writer: Optional[str], fence: Optional[int], crossing: Optional[str]
        ) -> None:
            self._guard = guard
            self.writer = writer
            self.fence = guard.epoch if fence is None else fence
            self.crossing = crossing
            self._written: List[Tuple[str, str]] = []

        def stores(self) -> List[str]:
            """The stores that it has written, in order."""
            return list(dict.fromkeys(store for _, store in self._written))

        def entities(self) -> List[str]:
            """The entities that it has written, in order; one for each store."""
            return [entity for entity, _ in self._written]

        def decide(
            self, operation: str, entity: str, store: str, *, writer: Optional[str] = None, fence: Optional[int] = None
        ) -> Decision:
            """Decides about a write of this unit, and remembers it if it goes ahead."""
            writer = self.writer if writer is None else writer
            fence = self.fence if fence is None else fence
            _check(operation, entity, store, writer, fence)
            plan = self._guard._plan
            reason = plan.reason(operation, entity, store, writer, fence)
            known = plan.entities.get(entity)
            if reason == "off" or not plan.is_allowed(reason, known):
                return plan.decision(reason, operation, entity, store, writer, fence, self)
            write = (entity, plan.stores[store])
            crossed = self._refusal(plan, write)
            # What is wrong with the write itself is told before what is wrong with the crossing.
            told = crossed if crossed is not None and plan.reasons[reason]["allowed"] else reason
            decision = plan.decision(told, operation, entity, store, writer, fence, self)
            if (crossed is None or plan.is_allowed(crossed, known)) and write not in self._written:
                self._written.append(write)
            return decision

        def authorize(
            self, operation: WriteOperation, entity: EntityName, store: StoreName, *, writer: Optional[str] = None,
            fence: Optional[int] = None,
        ) -> None:
            """Returns where the write may go ahead, and raises GuardRefusal where it may not."""
            self._guard._settle(self.decide(operation, entity, store, writer=writer, fence=fence))

        def _refusal(self, plan: _Plan, write: Tuple[str, str]) -> Optional[str]:
            # What it has written once, it may go on writing.
            if write in self._written or all(store == write[1] for _, store in self._written):
                return None
            if self.crossing is None:
                return "undeclared_crossing"
            crossing = plan.crossings.get(self.crossing)
            if crossing is None:
                return "unknown_crossing"
            if datetime.date.fromisoformat(crossing["expires"]) < self._guard._today():
                return "expired_crossing"
            names = self.entities() + [write[0]]
            return None if all(name in crossing["entities"] for name in names) else "outside_crossing"


    def _check(operation: Any, entity: Any, store: Any, writer: Any, fence: Any) -> None:
        for value in (operation, entity, store):
            if not isinstance(value, str):
                raise TypeError("operation, entity and store are texts")
        if writer is not None and not isinstance(writer, str):
            raise TypeError("a writer is a text")
        if fence is not None and (isinstance(fence, bool) or not isinstance(fence, int)):
            raise TypeError("a fence is a whole number")


    def _caller() -> str:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_globals is globals():
            frame = frame.f_back
        return "%s:%d" % (frame.f_code.co_filename, frame.f_lineno)
    """#
}
