extension TypeScriptModule {
  /// The compiled plan and its questions, in the order of ``GuardPlan/decide(entity:store:operation:writer:fence:)``.
  static let plan = #"""
    interface Entity {
      readonly name: string;
      readonly owner: string;
      readonly phase: string | null;
      readonly mode: string;
      readonly requiresFence: boolean;
      readonly writers: readonly string[];
      readonly source: string;
      readonly target: string | null;
      readonly epoch: number;
      readonly declared: string;
    }

    interface Crossing {
      readonly name: string;
      readonly declared: string;
      readonly entities: readonly string[];
      readonly expires: string;
      readonly link: string;
    }

    interface Reason {
      readonly allowed: boolean;
      readonly alwaysRefused: boolean;
      readonly finding: string;
      readonly advice: string;
    }

    /** What is asked, in words from outside. */
    interface Question {
      readonly operation: string;
      readonly entity: string;
      readonly store: string;
      readonly writer: string | null;
      readonly fence: number | null;
    }

    /** Reads members of a JSON object, and says which isn't what it should be. */
    class Members {
      private readonly members: Map<string, unknown>;

      constructor(value: unknown) {
        if (typeof value !== "object" || value === null || Array.isArray(value)) {
          throw new InvalidPlan("this isn't a plan of Kedge");
        }
        this.members = new Map<string, unknown>(Object.entries(value));
      }

      private bad(key: string): InvalidPlan {
        return new InvalidPlan(`"${key}" of the plan isn't what it should be`);
      }

      text(key: string): string {
        const value = this.members.get(key);
        if (typeof value !== "string") throw this.bad(key);
        return value;
      }

      optionalText(key: string): string | null {
        return this.members.get(key) === null ? null : this.text(key);
      }

      word(key: string, words: readonly string[]): string {
        const value = this.text(key);
        if (!words.includes(value)) throw this.bad(key);
        return value;
      }

      whole(key: string): number {
        const value = this.members.get(key);
        if (typeof value !== "number" || !Number.isSafeInteger(value)) throw this.bad(key);
        return value;
      }

      truth(key: string): boolean {
        const value = this.members.get(key);
        if (typeof value !== "boolean") throw this.bad(key);
        return value;
      }

      texts(key: string): string[] {
        const value: unknown = this.members.get(key);
        if (!Array.isArray(value)) throw this.bad(key);
        return value.map((element: unknown) => {
          if (typeof element !== "string") throw this.bad(key);
          return element;
        });
      }

      object(key: string): Members {
        return new Members(this.members.get(key));
      }

      objects(key: string): Members[] {
        const value: unknown = this.members.get(key);
        if (!Array.isArray(value)) throw this.bad(key);
        return value.map((element: unknown) => new Members(element));
      }
    }

    function entityOf(members: Members): Entity {
      const entity = {
        name: members.text("name"),
        owner: members.word("owner", ["core", "feature"]),
        phase: members.optionalText("phase"),
        mode: members.word("mode", ["off", "observe", "enforce"]),
        requiresFence: members.truth("requires_fence"),
        writers: members.texts("writers"),
        source: members.text("source"),
        target: members.optionalText("target"),
        epoch: members.whole("epoch"),
        declared: members.text("declared"),
      };
      if (entity.owner === "core" && (entity.target === null || entity.phase === null)) {
        throw new InvalidPlan("the plan has a core entity without a target or a phase");
      }
      return entity;
    }

    /** A plan, compiled. It never changes. */
    class Plan {
      readonly set: string;
      readonly epoch: number;
      readonly storeNames: readonly string[];
      readonly stores = new Map<string, string>();
      readonly entities = new Map<string, Entity>();
      readonly roles = new Map<string, readonly string[]>();
      readonly crossings = new Map<string, Crossing>();
      readonly operations: readonly string[];
      readonly phases = new Map<string, { source: string; target: string }>();
      readonly reasons = new Map<string, Reason>();
      readonly mover: string;
      readonly maintainer: string;

      constructor(plan: unknown) {
        const document = new Members(typeof plan === "string" ? parsed(plan) : plan);
        if (document.whole("version") !== PLAN_VERSION) {
          throw new InvalidPlan(`this module reads plans of version ${PLAN_VERSION}; export it anew`);
        }
        this.set = document.text("set");
        this.epoch = document.whole("epoch");
        const stores = document.objects("stores").map((store) => ({ name: store.text("name"), kind: store.text("kind") }));
        this.storeNames = stores.map((store) => store.name);
        for (const name of this.storeNames) this.stores.set(name, name);
        for (const { name, kind } of stores) {
          const only = stores.filter((store) => store.kind === kind).length === 1;
          if (only && !this.stores.has(kind)) this.stores.set(kind, name);
        }
        for (const entity of document.objects("entities").map(entityOf)) {
          const places = entity.target === null ? [entity.source] : [entity.source, entity.target];
          if (!places.every((store) => this.storeNames.includes(store))) {
            throw new InvalidPlan("the plan has an entity in a store that it doesn't name");
          }
          this.entities.set(entity.name, entity);
        }
        for (const role of document.objects("roles")) this.roles.set(role.text("name"), role.texts("writers"));
        for (const crossing of document.objects("crossings")) {
          this.crossings.set(crossing.text("name"), {
            name: crossing.text("name"),
            declared: crossing.text("declared"),
            entities: crossing.texts("entities"),
            expires: crossing.text("expires"),
            link: crossing.text("link"),
          });
        }
        this.operations = document.texts("operations");
        for (const phase of document.objects("phases")) {
          this.phases.set(phase.text("phase"), { source: phase.text("source"), target: phase.text("target") });
        }
        this.mover = document.object("kedge").text("mover");
        this.maintainer = document.object("kedge").text("maintainer");
        for (const reason of document.objects("reasons")) {
          this.reasons.set(reason.text("word"), {
            allowed: reason.truth("allowed"),
            alwaysRefused: reason.truth("always_refused"),
            finding: reason.text("finding"),
            advice: reason.text("advice"),
          });
        }
      }

      /** What a store is to an entity: owner, copy, retired, elsewhere or unknownPhase. */
      standing(entity: Entity, store: string): string {
        if (entity.owner !== "core") return store === entity.source ? "owner" : "elsewhere";
        const phase = this.phases.get(entity.phase ?? "");
        if (phase === undefined) return "unknownPhase";
        const held: string[] = [];
        if (store === entity.source) held.push(phase.source);
        if (store === entity.target) held.push(phase.target);
        // A store that is both is what owns.
        return held.includes("owner") ? "owner" : held[0] ?? "elsewhere";
      }

      ownerStore(entity: Entity): string | null {
        return this.storeNames.find((store) => this.standing(entity, store) === "owner") ?? null;
      }

      /** The word for the first question that is answered with no, or for why the write is right. */
      reason(question: Question): string {
        const entity = this.entities.get(question.entity);
        if (entity === undefined) return "unknown_entity";
        const store = this.stores.get(question.store);
        if (store === undefined) return "unknown_store";
        if (!this.operations.includes(question.operation)) return "unknown_operation";
        const standing = this.standing(entity, store);
        if (standing === "unknownPhase") return "unknown_phase";
        if (entity.mode === "off") return "off";
        let allowed = "owner";
        if (standing === "elsewhere") return "wrong_store";
        if (standing === "retired") return "retired";
        if (standing === "copy") {
          if (question.writer !== this.mover) return "not_owner";
          allowed = "mover";
        } else if (question.writer === this.mover) {
          return "mover_into_owner";
        } else if (question.writer === this.maintainer) {
          allowed = "maintenance";
        } else {
          const refusal = this.writerRefusal(entity, question.writer);
          if (refusal !== null) return refusal;
        }
        if (question.fence === null) return entity.requiresFence ? "missing_fence" : allowed;
        if (question.fence < entity.epoch) return "stale_fence";
        if (question.fence > this.epoch) return "future_fence";
        return allowed;
      }

      private writerRefusal(entity: Entity, writer: string | null): string | null {
        const declared = entity.writers;
        if (writer === null) return declared.length === 0 ? null : "unnamed_writer";
        if (declared.includes(writer)) return null;
        const speaksFor = this.roles.get(writer);
        if (speaksFor !== undefined) {
          const mayWrite = declared.length === 0 ? speaksFor.length > 0 : speaksFor.some((name) => declared.includes(name));
          return mayWrite ? null : "undeclared_writer";
        }
        return declared.length === 0 ? null : "undeclared_writer";
      }

      isRight(reason: string): boolean {
        return this.reasons.get(reason)?.allowed === true;
      }

      isAllowed(reason: string, entity: Entity | undefined): boolean {
        const known = this.reasons.get(reason);
        if (known === undefined) return false;
        return known.allowed || (!known.alwaysRefused && entity?.mode === "observe");
      }

      decision(reason: string, question: Question, unit: UnitOfWork | null): Decision {
        const entity = this.entities.get(question.entity);
        const template = this.reasons.get(reason);
        if (template === undefined) throw new InvalidPlan(`the plan doesn't have the reason ${reason}`);
        const allowed = this.isAllowed(reason, entity);
        const owner = entity === undefined ? null : this.ownerStore(entity);
        const crossing = unit === null || unit.crossing === null ? undefined : this.crossings.get(unit.crossing);
        const words = new Map<string, string>([
          ["set", this.set],
          ["entity", question.entity],
          ["store", question.store],
          ["operation", question.operation],
          ["writer", question.writer ?? "a writer that the mapping doesn't have"],
          ["fence", question.fence === null ? "(none)" : String(question.fence)],
          ["crossing", unit?.crossing ?? ""],
          ["owner", owner ?? "(not known)"],
          ["phase", entity?.phase ?? "not known"],
          ["since", String(entity?.epoch ?? 0)],
          ["epoch", String(this.epoch)],
          ["writers", list(entity?.writers ?? [])],
          ["stores", list(this.storeNames)],
          ["others", list(unit?.entities() ?? [])],
          ["covered", list(crossing?.entities ?? [])],
          ["expires", crossing?.expires ?? ""],
          ["link", crossing?.link ?? ""],
        ]);
        const finding = filled(template.finding, words);
        const advice = template.advice === "" ? null : filled(template.advice, words);
        const verb = template.allowed ? "may go ahead" : "is refused";
        const asked = `${question.operation} of "${question.entity}" in store "${question.store}"`;
        const declared = declaration(reason, entity, crossing);
        return {
          allowed,
          entity: question.entity,
          store: question.store,
          operation: question.operation,
          owner: entity?.owner ?? null,
          phase: entity?.phase ?? null,
          reason,
          owner_store: owner,
          mode: entity?.mode ?? null,
          observed: allowed && !template.allowed,
          writer: question.writer,
          fence: question.fence,
          epoch: this.epoch,
          declared: entity?.declared ?? null,
          message:
            `${asked} ${verb} (${reason}): ${finding}.` +
            (declared === null ? "" : ` Declared at ${declared.place}: ${declared.text}.`) +
            (advice === null ? "" : ` ${advice}.`),
          finding,
          help: advice,
        };
      }
    }

    function declaration(
      reason: string, entity: Entity | undefined, crossing: Crossing | undefined,
    ): { place: string; text: string } | null {
      if (reason === "expired_crossing" || reason === "outside_crossing") {
        if (crossing === undefined) return null;
        const text = `crossing "${crossing.name}" of ${list(crossing.entities)}, until ${crossing.expires}`;
        return { place: crossing.declared, text };
      }
      if (entity === undefined) return null;
      const phase = entity.owner === "core" ? `, phase ${entity.phase ?? "not known"}` : "";
      return {
        place: entity.declared,
        text: `entity "${entity.name}", owner ${entity.owner}${phase}, mode ${entity.mode}`,
      };
    }

    function list(names: readonly string[]): string {
      return names.length === 0 ? "(none)" : names.map((name) => `"${name}"`).join(", ");
    }

    function parsed(text: string): unknown {
      try {
        return JSON.parse(text);
      } catch {
        throw new InvalidPlan("the plan isn't JSON");
      }
    }

    /** Fills in a template. What is put in isn't looked at again: a name may hold braces. */
    function filled(template: string, words: ReadonlyMap<string, string>): string {
      return template.replace(/\{([^}]*)\}/g, (_, name: string) => words.get(name) ?? "");
    }
    """#
}
