import type { RingProgress, RunStatus } from "../domain/run-status.ts";
import type { RingPlan } from "../domain/upgrade-plan.ts";
import type { OrchestrationContext } from "./durable.ts";

/** Keeps a run's custom status. */
export class RunProgress {
  readonly #context: OrchestrationContext;
  #status: RunStatus = { phase: "starting", rings: [] };

  constructor(context: OrchestrationContext) {
    this.#context = context;
  }

  /** Says what the run does now. */
  phase(phase: string): void {
    this.#set({ ...this.#status, phase });
  }

  /** Lists the rings of the plan. */
  begin(rings: readonly RingPlan[]): void {
    const pending = { state: "pending", waitingUntil: null, reason: null, skipped: {} } as const;
    this.#set({ ...this.#status, rings: rings.map(({ ring }) => ({ name: ring.name, ...pending })) });
  }

  /** Changes how a ring stands, and what the run does with it. */
  ring(name: string, phase: string, change: Partial<Omit<RingProgress, "name">>): void {
    const fresh = { waitingUntil: null, reason: null };
    const rings = this.#status.rings.map((ring) => (ring.name === name ? { ...ring, ...fresh, ...change } : ring));
    this.#set({ phase, rings });
  }

  #set(status: RunStatus): void {
    this.#status = status;
    this.#context.df.setCustomStatus(status);
  }
}
