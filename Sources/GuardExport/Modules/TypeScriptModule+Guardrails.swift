extension TypeScriptModule {
  /// What callers ask: guardrails and units of work.
  static let guardrails = #"""
    /** What guardrails may be given besides the plan. */
    export interface GuardOptions {
      /** Called for each wrong write that is let pass. */
      readonly onObserved?: (observation: Observation) => void;
      /** The day in UTC, as in 2027-01-31; for tests of crossings that expire. */
      readonly today?: () => string;
    }

    /** Decides about writes. */
    export class Guardrails {
      /** Kinds of observed writes that are kept apart; beyond them writers and callers aren't told apart. */
      static readonly MOST_OBSERVATIONS = 10000;

      private plan: Plan;
      private readonly counts = new Map<string, ObservedWrites>();
      readonly today: () => string;
      /** Called for each wrong write that is let pass. */
      onObserved: ((observation: Observation) => void) | null;

      /** @param plan the document of `kedge guard export --lang json`, as text or parsed. */
      constructor(plan: unknown, options: GuardOptions = {}) {
        this.plan = new Plan(plan);
        this.today = options.today ?? (() => new Date().toISOString().slice(0, 10));
        this.onObserved = options.onObserved ?? null;
      }

      /** The newest fence of the plan: take it when a unit of work begins. */
      get epoch(): number {
        return this.plan.epoch;
      }

      /** Goes on with another plan of the same set, such as one with newer phases. A bad one changes nothing. */
      load(plan: unknown): void {
        const loaded = new Plan(plan);
        if (loaded.set !== this.plan.set) throw new InvalidPlan("this is the plan of another mapping set");
        this.plan = loaded;
      }

      /** Decides about a write that is named by words from outside, and says why. It doesn't count what is observed. */
      decide(operation: string, entity: string, store: string, by: Writer = {}): Decision {
        const question = asked(operation, entity, store, by);
        return this.plan.decision(this.plan.reason(question), question, null);
      }

      /** Returns where the write may go ahead, and throws GuardRefusal where it may not. */
      authorize<E extends EntityName>(operation: WriteOperation, entity: E, store: StoresOf[E], by: Writer = {}): void {
        const question = asked(operation, entity, store, by);
        const reason = this.plan.reason(question);
        if (!this.plan.isRight(reason)) this.settle(this.plan.decision(reason, question, null));
      }

      /** Begins a unit of work, such as one request. Without a fence it takes the plan's epoch. */
      unitOfWork(options: Writer & { readonly crossing?: string | null } = {}): UnitOfWork {
        return new UnitOfWork(this, options);
      }

      /** What was let pass since this began. */
      observed(): readonly ObservedWrites[] {
        return [...this.counts.values()].map((count) => ({ ...count }));
      }

      /** @internal */
      current(): Plan {
        return this.plan;
      }

      /** @internal */
      settle(decision: Decision): void {
        if (!decision.allowed) throw new GuardRefusal(decision);
        if (!decision.observed) return;
        const { entity, store, operation, reason } = decision;
        const caller = callerOf(new Error().stack ?? "");
        let kind = { entity, store, operation, reason, writer: decision.writer, caller: caller as string | null };
        let key = JSON.stringify(Object.values(kind));
        if (!this.counts.has(key) && this.counts.size >= Guardrails.MOST_OBSERVATIONS) {
          kind = { ...kind, writer: null, caller: null };
          key = JSON.stringify(Object.values(kind));
        }
        const count = this.counts.get(key);
        if (count === undefined) this.counts.set(key, { ...kind, times: 1 });
        else count.times += 1;
        if (this.onObserved !== null) this.onObserved({ decision, caller });
      }
    }

    /** What belongs together, such as one request: knows which stores it has written. */
    export class UnitOfWork {
      readonly writer: string | null;
      readonly fence: number;
      readonly crossing: string | null;
      private readonly guard: Guardrails;
      private readonly written: { readonly entity: string; readonly store: string }[] = [];

      constructor(guard: Guardrails, options: Writer & { readonly crossing?: string | null } = {}) {
        this.guard = guard;
        this.writer = options.writer ?? null;
        this.fence = options.fence ?? guard.epoch;
        this.crossing = options.crossing ?? null;
      }

      /** The stores that it has written, in order. */
      stores(): string[] {
        return [...new Set(this.written.map((write) => write.store))];
      }

      /** The entities that it has written, in order; one for each store. */
      entities(): string[] {
        return this.written.map((write) => write.entity);
      }

      /** Decides about a write of this unit that is named by words from outside, and remembers it if it goes ahead. */
      decide(operation: string, entity: string, store: string, by: Writer = {}): Decision {
        const plan = this.guard.current();
        const question = asked(operation, entity, store, {
          writer: by.writer ?? this.writer,
          fence: by.fence ?? this.fence,
        });
        const reason = plan.reason(question);
        const known = plan.entities.get(entity);
        const place = plan.stores.get(store);
        if (reason === "off" || place === undefined || !plan.isAllowed(reason, known)) {
          return plan.decision(reason, question, this);
        }
        const crossed = this.refusal(plan, entity, place);
        // What is wrong with the write itself is told before what is wrong with the crossing.
        const told = crossed !== null && plan.isRight(reason) ? crossed : reason;
        const decision = plan.decision(told, question, this);
        const goesAhead = crossed === null || plan.isAllowed(crossed, known);
        if (goesAhead && !this.written.some((write) => write.entity === entity && write.store === place)) {
          this.written.push({ entity, store: place });
        }
        return decision;
      }

      /** Returns where the write may go ahead, and throws GuardRefusal where it may not. */
      authorize<E extends EntityName>(operation: WriteOperation, entity: E, store: StoresOf[E], by: Writer = {}): void {
        this.guard.settle(this.decide(operation, entity, store, by));
      }

      private refusal(plan: Plan, entity: string, store: string): string | null {
        // What it has written once, it may go on writing.
        if (this.written.some((write) => write.entity === entity && write.store === store)) return null;
        if (this.written.every((write) => write.store === store)) return null;
        if (this.crossing === null) return "undeclared_crossing";
        const crossing = plan.crossings.get(this.crossing);
        if (crossing === undefined) return "unknown_crossing";
        // Days written alike compare as texts do.
        if (crossing.expires < this.guard.today()) return "expired_crossing";
        const names = [...this.entities(), entity];
        return names.every((name) => crossing.entities.includes(name)) ? null : "outside_crossing";
      }
    }

    function asked(operation: string, entity: string, store: string, by: Writer): Question {
      const writer = by.writer ?? null;
      const fence = by.fence ?? null;
      // JavaScript may say anything.
      if ([operation, entity, store, writer ?? ""].some((word: unknown) => typeof word !== "string")) {
        throw new TypeError("operation, entity, store and writer are texts");
      }
      if (fence !== null && !Number.isSafeInteger(fence)) throw new TypeError("a fence is a whole number");
      return { operation, entity, store, writer, fence };
    }

    /** The first line of a stack that isn't in this module. */
    function callerOf(stack: string): string {
      const lines = stack.split("\n").map((line) => line.trim()).filter((line) => line.startsWith("at "));
      const place = (line: string) => line.replace(/^at (.*\()?/, "").replace(/\)$/, "");
      const file = (line: string) => place(line).replace(/:\d+:\d+$/, "");
      const own = lines.length === 0 ? "" : file(lines[0] ?? "");
      const caller = lines.find((line) => file(line) !== own);
      return caller === undefined ? "" : place(caller);
    }
    """#
}
