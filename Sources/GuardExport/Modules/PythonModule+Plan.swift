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
            self.longest = _whole(document["shown"], "longest")
            self.most = _whole(document["shown"], "most")

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

            def fact(name: str) -> str:
                return self._fact(name, operation, entity_name, store_name, writer, fence, unit)

            return Decision(
                allowed=allowed, entity=entity_name, store=store_name, operation=operation,
                owner=None if entity is None else entity.owner, phase=None if entity is None else entity.phase,
                reason=reason, owner_store=None if entity is None else self.owner_store(entity),
                mode=None if entity is None else entity.mode, observed=allowed and not word["allowed"], writer=writer,
                fence=fence, epoch=self.epoch, declared=None if entity is None else entity.declared,
                message=_filled(word["message"], fact),
                help=None if word["help"] is None else _filled(word["help"], fact),
            )

        def _fact(
            self, name: str, operation: str, entity_name: str, store_name: str, writer: Optional[str],
            fence: Optional[int], unit: Optional[UnitOfWork],
        ) -> str:
            entity = self.entities.get(entity_name)
            crossing_name = None if unit is None else unit.crossing
            crossing = None if crossing_name is None else self.crossings.get(crossing_name)
            phase = None if entity is None else entity.phase
            texts: Dict[str, Callable[[], str]] = {
                "entity": lambda: self._shown(entity_name),
                "store": lambda: self._shown(self.stores.get(store_name, store_name)),
                "operation": lambda: self._shown(operation),
                "writer": lambda: self._shown(writer or ""),
                "fence": lambda: "" if fence is None else str(fence),
                "epoch": lambda: str(self.epoch),
                "entity_epoch": lambda: "0" if entity is None else str(entity.epoch),
                "phase": lambda: self._shown(phase or ""),
                "in_phase": lambda: "" if phase is None else " in phase " + self._shown(phase),
                "owner_store": lambda: self._shown("" if entity is None else self.owner_store(entity) or ""),
                "declared": lambda: self._shown("" if entity is None else entity.declared),
                "set": lambda: self._shown(self.set),
                "entities": lambda: self._list(list(self.entities)),
                "stores": lambda: self._list(self.store_names),
                "operations": lambda: self._list(self.operations),
                "writers": lambda: self._list([] if entity is None else entity.writers),
                "crossings": lambda: self._list(list(self.crossings)),
                "written": lambda: self._list([] if unit is None else unit.stores()),
                "crossing": lambda: self._shown(crossing_name or ""),
                "crossing_entities": lambda: self._list([] if crossing is None else crossing["entities"]),
                "expires": lambda: "" if crossing is None else str(crossing["expires"]),
                "link": lambda: "" if crossing is None else self._shown(crossing["link"]),
                "outside": lambda: (
                    "" if crossing is None or unit is None else self._list(unit.outside(crossing, entity_name))
                ),
            }
            return texts[name]() if name in texts else ""

        def _shown(self, word: str) -> str:
            cut = word[: self.longest]
            return _escaped(cut) + ("\u2026" if len(word) > self.longest else "")

        def _list(self, names: List[str]) -> str:
            if not names:
                return "none"
            shown = ", ".join('"' + self._shown(name) + '"' for name in names[: self.most])
            return "%s and %d more" % (shown, len(names) - self.most) if len(names) > self.most else shown


    def _escaped(word: str) -> str:
        return "".join(
            "\\u%04x" % ord(character)
            if character < " " or "\x7f" <= character <= "\x9f" or character in "\u2028\u2029"
            else character
            for character in word
        )


    def _filled(template: str, fact: Callable[[str], str]) -> str:
        """Fills in a template. What is put in isn't looked at again: a name may hold braces."""
        text, rest = "", template
        while True:
            opening = rest.find("{")
            closing = rest.find("}", opening + 1) if opening >= 0 else -1
            if closing < 0:
                return text + rest
            text += rest[:opening] + fact(rest[opening + 1 : closing])
            rest = rest[closing + 1 :]
    """#
}
