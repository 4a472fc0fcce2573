import { createVirtualClock, type VirtualClock } from "../../local/clock/virtual-clock.ts";
import { createEngine, type Engine, type EngineOptions } from "../../local/engine/engine.ts";
import type { InstanceRecord } from "../../local/engine/store.ts";
import { createHostLog } from "../../local/log.ts";
import type { AppWorker } from "../../local/worker/contract.ts";
import { inlineWorker } from "./inline-worker.ts";

/** Where virtual time starts in engine tests. */
export const START_MS = Date.parse("2026-03-01T00:00:00Z");

/** An engine on a virtual clock, in memory unless a folder is given. */
export interface Harness {
  readonly engine: Engine;
  readonly clock: VirtualClock;
  readonly worker: AppWorker;
  /** Starts an orchestration and resolves with its record when it has ended. */
  run(name: string, input?: unknown, instanceId?: string): Promise<Ended>;
  /** Starts an orchestration. */
  start(name: string, input?: unknown, instanceId?: string): string;
  /** Reads an instance, which must exist. */
  read(instanceId: string): Ended;
  /** Resolves when nothing is left to happen. */
  settle(): Promise<void>;
}

/** A record with its JSON texts read. */
export type Ended = Omit<InstanceRecord, "output" | "customStatus"> & { output: unknown; customStatus: unknown };

/** Makes an engine for functions registered with the real durable-functions. */
export function createHarness(
  register: Parameters<typeof inlineWorker>[0],
  options: Partial<Omit<EngineOptions, "worker" | "clock" | "log">> = {},
): Harness {
  const clock = createVirtualClock(START_MS);
  const worker = inlineWorker(register);
  const engine = createEngine({ worker, clock, log: createHostLog("silent"), ...options });
  engine.start();
  const read = (instanceId: string): Ended => {
    const record = engine.management.get(instanceId);
    if (!record) throw new Error(`no instance ${instanceId}`);
    return {
      ...record,
      output: JSON.parse(record.output ?? "null"),
      customStatus: JSON.parse(record.customStatus ?? "null"),
    };
  };
  const start = (name: string, input?: unknown, instanceId?: string) =>
    engine.management.start({ name, instanceId, input: JSON.stringify(input ?? null) });
  return {
    engine,
    clock,
    worker,
    start,
    read,
    async run(name, input, instanceId) {
      const id = start(name, input, instanceId);
      await engine.whenEnded(id);
      return read(id);
    },
    settle: () => clock.idle(),
  };
}
