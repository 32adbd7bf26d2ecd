extension TypeScriptModule {
  /// What callers see: decisions, refusals, observations.
  static let types = #"""
    /**
     * Who may write what, and where, as a Kedge mapping set declares it.
     *
     * Ask before each write:
     *
     *     guard.authorize("insert", "users", "postgres", { writer: "UserRepository" });
     *
     * throws GuardRefusal where the write is wrong. What isn't declared is refused.
     */

    /** The version of the plan's document that this module reads. */
    export const PLAN_VERSION = 1;

    export type WriteOperation = "insert" | "update" | "delete" | "upsert" | "truncate";

    /** What a guardrail says to a write. */
    export interface Decision {
      readonly allowed: boolean;
      readonly entity: string;
      readonly store: string;
      readonly operation: string;
      readonly owner: string | null;
      readonly phase: string | null;
      readonly reason: string;
      readonly owner_store: string | null;
      readonly mode: string | null;
      /** Whether it is let pass although it is wrong, since the entity is only observed. */
      readonly observed: boolean;
      readonly writer: string | null;
      readonly fence: number | null;
      readonly epoch: number;
      readonly declared: string | null;
      /** All of it as sentences. */
      readonly message: string;
      /** What is so. */
      readonly finding: string;
      /** What to do; null where the write is right. */
      readonly help: string | null;
    }

    /** Who writes, and the epoch that the writer knows. */
    export interface Writer {
      readonly writer?: string | null | undefined;
      readonly fence?: number | null | undefined;
    }

    /** A write that a guardrail refuses. Nothing was written. */
    export class GuardRefusal extends Error {
      readonly decision: Decision;

      constructor(decision: Decision) {
        super(decision.message);
        Object.setPrototypeOf(this, GuardRefusal.prototype);
        this.name = "GuardRefusal";
        this.decision = decision;
      }
    }

    /** A plan that this module can't decide from. */
    export class InvalidPlan extends Error {
      constructor(message: string) {
        super(message);
        Object.setPrototypeOf(this, InvalidPlan.prototype);
        this.name = "InvalidPlan";
      }
    }

    /** A wrong write that was let pass. */
    export interface Observation {
      readonly decision: Decision;
      /** Who asked, as a line of the stack. */
      readonly caller: string;
    }

    /** How often the same wrong write was let pass. */
    export interface ObservedWrites {
      readonly entity: string;
      readonly store: string;
      readonly operation: string;
      readonly reason: string;
      readonly writer: string | null;
      readonly caller: string | null;
      times: number;
    }
    """#
}
