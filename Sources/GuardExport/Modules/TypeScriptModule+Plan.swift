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
      readonly entities: readonly string[];
      readonly expires: string;
      readonly link: string;
    }

    interface Reason {
      readonly allowed: boolean;
      readonly alwaysRefused: boolean;
      readonly message: string;
      readonly help: string | null;
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
      private readonly longest: number;
      private readonly most: number;

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
            message: reason.text("message"),
            help: reason.optionalText("help"),
          });
        }
        this.longest = document.object("shown").whole("longest");
        this.most = document.object("shown").whole("most");
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
        const allowed = this.isAllowed(reason, entity);
        const fact = (name: string) => this.fact(name, question, unit);
        return {
          allowed,
          entity: question.entity,
          store: question.store,
          operation: question.operation,
          owner: entity?.owner ?? null,
          phase: entity?.phase ?? null,
          reason,
          owner_store: entity === undefined ? null : this.ownerStore(entity),
          mode: entity?.mode ?? null,
          observed: allowed && !this.isRight(reason),
          writer: question.writer,
          fence: question.fence,
          epoch: this.epoch,
          declared: entity?.declared ?? null,
          message: filled(template?.message ?? reason, fact),
          help: template === undefined || template.help === null ? null : filled(template.help, fact),
        };
      }

      private fact(name: string, question: Question, unit: UnitOfWork | null): string {
        const entity = this.entities.get(question.entity);
        const crossing = unit === null || unit.crossing === null ? undefined : this.crossings.get(unit.crossing);
        const phase = entity?.phase ?? null;
        switch (name) {
          case "entity": return this.shown(question.entity);
          case "store": return this.shown(this.stores.get(question.store) ?? question.store);
          case "operation": return this.shown(question.operation);
          case "writer": return this.shown(question.writer ?? "");
          case "fence": return question.fence === null ? "" : String(question.fence);
          case "epoch": return String(this.epoch);
          case "entity_epoch": return String(entity?.epoch ?? 0);
          case "phase": return this.shown(phase ?? "");
          case "in_phase": return phase === null ? "" : ` in phase ${this.shown(phase)}`;
          case "owner_store": return this.shown(entity === undefined ? "" : this.ownerStore(entity) ?? "");
          case "declared": return this.shown(entity?.declared ?? "");
          case "set": return this.shown(this.set);
          case "entities": return this.list([...this.entities.keys()]);
          case "stores": return this.list(this.storeNames);
          case "operations": return this.list(this.operations);
          case "writers": return this.list(entity?.writers ?? []);
          case "crossings": return this.list([...this.crossings.keys()]);
          case "written": return this.list(unit === null ? [] : unit.stores());
          case "crossing": return this.shown(unit?.crossing ?? "");
          case "crossing_entities": return this.list(crossing?.entities ?? []);
          case "expires": return crossing?.expires ?? "";
          case "link": return this.shown(crossing?.link ?? "");
          case "outside":
            return unit === null || crossing === undefined
              ? "" : this.list(unit.outside(crossing.entities, question.entity));
          default: return "";
        }
      }

      private shown(word: string): string {
        const characters = Array.from(word);
        const cut = characters.slice(0, this.longest).map(escaped).join("");
        return characters.length > this.longest ? cut + "\u2026" : cut;
      }

      private list(names: readonly string[]): string {
        if (names.length === 0) return "none";
        const shown = names.slice(0, this.most).map((name) => `"${this.shown(name)}"`).join(", ");
        return names.length > this.most ? `${shown} and ${names.length - this.most} more` : shown;
      }
    }

    function parsed(text: string): unknown {
      try {
        return JSON.parse(text);
      } catch {
        throw new InvalidPlan("the plan isn't JSON");
      }
    }

    function escaped(character: string): string {
      const code = character.charCodeAt(0);
      const steers = code < 0x20 || (code >= 0x7f && code <= 0x9f) || code === 0x2028 || code === 0x2029;
      return steers ? "\\u" + code.toString(16).padStart(4, "0") : character;
    }

    /** Fills in a template. What is put in isn't looked at again: a name may hold braces. */
    function filled(template: string, fact: (name: string) => string): string {
      return template.replace(/\{([^}]*)\}/g, (_, name: string) => fact(name));
    }
    """#
}
