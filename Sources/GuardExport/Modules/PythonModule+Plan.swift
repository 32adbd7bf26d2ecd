extension PythonModule {
  /// The compiled plan and its questions, in the order of ``GuardPlan/decide(entity:store:operation:writer:fence:)``.
  static let plan = #"""
    class _Entity:
        __slots__ = (
            "name", "owner", "phase", "mode", "requires_fence", "writers", "source", "target", "epoch", "declared",
        )

        def __init__(self, document: Dict[str, Any], stores: Dict[str, Any]) -> None:
            self.name = _typed(document, "name", str)
            self.owner = _typed(document, "owner", str)
            self.phase = document["phase"]
            self.mode = _typed(document, "mode", str)
            self.requires_fence = _typed(document, "requires_fence", bool)
            self.writers = list(_typed(document, "writers", list))
            self.source = _typed(document, "source", str)
            self.target = document["target"]
            self.epoch = _whole(document, "epoch")
            self.declared = _typed(document, "declared", str)
            if self.owner not in ("core", "feature") or self.mode not in ("off", "observe", "enforce"):
                raise InvalidPlan("the plan has an entity with an owner or a mode that this module doesn't know")
            if self.source not in stores or not (self.target is None or self.target in stores):
                raise InvalidPlan("the plan has an entity in a store that it doesn't name")
            if self.owner == "core" and (self.target is None or not isinstance(self.phase, str)):
                raise InvalidPlan("the plan has a core entity without a target or a phase")


    def _typed(document: Dict[str, Any], key: str, kind: type) -> Any:
        value = document[key]
        if not isinstance(value, kind):
            raise InvalidPlan('"%s" of the plan isn\'t what it should be' % key)
        return value


    def _whole(document: Dict[str, Any], key: str) -> int:
        value = document[key]
        if isinstance(value, bool) or not isinstance(value, int):
            raise InvalidPlan('"%s" of the plan isn\'t a whole number' % key)
        return value


    class _Plan:
        """A plan, compiled. It never changes."""

        def __init__(self, plan: Union[str, bytes, Dict[str, Any]]) -> None:
            try:
                document = json.loads(plan) if isinstance(plan, (str, bytes)) else plan
                if document["version"] != PLAN_VERSION:
                    raise InvalidPlan("this module reads plans of version %d; export it anew" % PLAN_VERSION)
                self._compile(document)
            except (KeyError, TypeError, AttributeError, json.JSONDecodeError) as error:
                raise InvalidPlan("this isn't a plan of Kedge: %r" % (error,)) from error

        def _compile(self, document: Dict[str, Any]) -> None:
            self.set = _typed(document, "set", str)
            self.epoch = _whole(document, "epoch")
            self.store_names = [_typed(store, "name", str) for store in document["stores"]]
            self.stores = {name: name for name in self.store_names}
            kinds = [store["kind"] for store in document["stores"]]
            for name, kind in zip(self.store_names, kinds):
                if kinds.count(kind) == 1:
                    self.stores.setdefault(kind, name)
            entities = [_Entity(entity, self.stores) for entity in document["entities"]]
            self.entities = {entity.name: entity for entity in entities}
            self.roles = {role["name"]: list(role["writers"]) for role in document["roles"]}
            self.crossings = {crossing["name"]: crossing for crossing in document["crossings"]}
            for crossing in self.crossings.values():
                datetime.date.fromisoformat(_typed(crossing, "expires", str))
            self.operations = list(document["operations"])
            self.phases = {phase["phase"]: phase for phase in document["phases"]}
            self.mover = _typed(document["kedge"], "mover", str)
            self.maintainer = _typed(document["kedge"], "maintainer", str)
            self.reasons = {reason["word"]: reason for reason in document["reasons"]}

        def standing(self, entity: _Entity, store: str) -> str:
            """What a store is to an entity: owner, copy, retired, elsewhere or unknownPhase."""
            if entity.owner != "core":
                return "owner" if store == entity.source else "elsewhere"
            phase = self.phases.get(entity.phase)
            if phase is None:
                return "unknownPhase"
            # A set whose source is its target: the first that owns it counts.
            if store == entity.source == entity.target:
                return "owner" if "owner" in (phase["source"], phase["target"]) else phase["source"]
            if store == entity.source:
                return str(phase["source"])
            return str(phase["target"]) if store == entity.target else "elsewhere"

        def owner_store(self, entity: _Entity) -> Optional[str]:
            for store in self.store_names:
                if self.standing(entity, store) == "owner":
                    return store
            return None

        def reason(
            self, operation: str, entity_name: str, store_name: str, writer: Optional[str], fence: Optional[int]
        ) -> str:
            """The word for the first question that is answered with no, or for why the write is right."""
            entity = self.entities.get(entity_name)
            if entity is None:
                return "unknown_entity"
            store = self.stores.get(store_name)
            if store is None:
                return "unknown_store"
            if operation not in self.operations:
                return "unknown_operation"
            standing = self.standing(entity, store)
            if standing == "unknownPhase":
                return "unknown_phase"
            if entity.mode == "off":
                return "off"
            allowed = "owner"
            if standing == "elsewhere":
                return "wrong_store"
            if standing == "retired":
                return "retired"
            if standing == "copy":
                if writer != self.mover:
                    return "not_owner"
                allowed = "mover"
            elif writer == self.mover:
                return "mover_into_owner"
            elif writer == self.maintainer:
                allowed = "maintenance"
            else:
                refusal = self._writer_refusal(entity, writer)
                if refusal is not None:
                    return refusal
            if fence is None:
                return "missing_fence" if entity.requires_fence else allowed
            if fence < entity.epoch:
                return "stale_fence"
            if fence > self.epoch:
                return "future_fence"
            return allowed

        def _writer_refusal(self, entity: _Entity, writer: Optional[str]) -> Optional[str]:
            if writer is None:
                return "unnamed_writer" if entity.writers else None
            if writer in entity.writers:
                return None
            speaks_for = self.roles.get(writer)
            if speaks_for is not None:
                if entity.writers:
                    may_write = any(name in entity.writers for name in speaks_for)
                else:
                    may_write = bool(speaks_for)
                return None if may_write else "undeclared_writer"
            return "undeclared_writer" if entity.writers else None

        def is_allowed(self, reason: str, entity: Optional[_Entity]) -> bool:
            word = self.reasons[reason]
            if word["allowed"]:
                return True
            return not word["always_refused"] and entity is not None and entity.mode == "observe"

        def decision(
            self, reason: str, operation: str, entity_name: str, store_name: str, writer: Optional[str],
            fence: Optional[int], unit: Optional[UnitOfWork],
        ) -> Decision:
            entity = self.entities.get(entity_name)
            word = self.reasons[reason]
            allowed = self.is_allowed(reason, entity)
            owner = None if entity is None else self.owner_store(entity)
            crossing_name = None if unit is None else unit.crossing
            crossing = None if crossing_name is None else self.crossings.get(crossing_name)
            words = {
                "set": self.set, "entity": entity_name, "store": store_name, "operation": operation,
                "writer": "a writer that the mapping doesn't have" if writer is None else writer,
                "fence": "(none)" if fence is None else str(fence), "crossing": crossing_name or "",
                "owner": owner or "(not known)", "phase": (entity.phase if entity is not None else None) or "not known",
                "since": "0" if entity is None else str(entity.epoch), "epoch": str(self.epoch),
                "writers": _list([] if entity is None else entity.writers), "stores": _list(self.store_names),
                "others": _list([] if unit is None else unit.entities()),
                "covered": _list([] if crossing is None else crossing["entities"]),
                "expires": "" if crossing is None else crossing["expires"],
                "link": "" if crossing is None else crossing["link"],
            }
            finding = _filled(word["finding"], words)
            advice = _filled(word["advice"], words) if word["advice"] else None
            message = '%s of "%s" in store "%s" %s (%s): %s.' % (
                operation, entity_name, store_name, "may go ahead" if word["allowed"] else "is refused", reason, finding,
            )
            declared = self._declaration(reason, entity, crossing)
            if declared is not None:
                message += " Declared at %s: %s." % declared
            if advice is not None:
                message += " %s." % advice
            return Decision(
                allowed=allowed, entity=entity_name, store=store_name, operation=operation,
                owner=None if entity is None else entity.owner, phase=None if entity is None else entity.phase,
                reason=reason, owner_store=owner, mode=None if entity is None else entity.mode,
                observed=allowed and not word["allowed"], writer=writer, fence=fence, epoch=self.epoch,
                declared=None if entity is None else entity.declared, message=message, finding=finding, help=advice,
            )

        def _declaration(
            self, reason: str, entity: Optional[_Entity], crossing: Optional[Dict[str, Any]]
        ) -> Optional[Tuple[str, str]]:
            if reason in ("expired_crossing", "outside_crossing"):
                if crossing is None:
                    return None
                covered = _list(crossing["entities"])
                text = 'crossing "%s" of %s, until %s' % (crossing["name"], covered, crossing["expires"])
                return crossing["declared"], text
            if entity is None:
                return None
            phase = ", phase " + (entity.phase or "not known") if entity.owner == "core" else ""
            return entity.declared, 'entity "%s", owner %s%s, mode %s' % (entity.name, entity.owner, phase, entity.mode)


    def _list(names: List[str]) -> str:
        return ", ".join('"' + name + '"' for name in names) if names else "(none)"


    def _filled(template: str, words: Dict[str, str]) -> str:
        """Fills in a template. What is put in isn't looked at again: a name may hold braces."""
        text, rest = "", template
        while True:
            opening = rest.find("{")
            closing = rest.find("}", opening + 1) if opening >= 0 else -1
            if closing < 0:
                return text + rest
            text += rest[:opening] + words.get(rest[opening + 1 : closing], "")
            rest = rest[closing + 1 :]
    """#
}
