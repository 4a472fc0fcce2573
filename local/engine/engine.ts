import type { Clock } from "../clock/clock.ts";
import type { HostLog } from "../log.ts";
import type { AppWorker } from "../worker/contract.ts";
import { ActivityRunner } from "./activity-runner.ts";
import type { EngineCore, EngineLimits } from "./core.ts";
import { EntityRunner } from "./entity-runner.ts";
import { ExecutionCache } from "./execution-cache.ts";
import { readInstance } from "./instances.ts";
import { KeyedRunner } from "./keyed-runner.ts";
import { Management } from "./management.ts";
import { openStore, type Store } from "./store.ts";
import { TimerService } from "./timer-service.ts";
import { runTurn } from "./turn.ts";

/** How long a turn that could not be committed waits before it is tried again. */
const RETRY_AFTER_MS = 1_000;

/** What an engine is made from. */
export interface EngineOptions {
  readonly worker: AppWorker;
  /** Folder of the durable store; in memory when absent. */
  readonly stateDirectory?: string | undefined;
  readonly clock: Clock;
  readonly log: HostLog;
  readonly limits?: Partial<EngineLimits>;
  /** Whether orchestrators that read the clock, random values and the like fail at once (default true). */
  readonly replayGuard?: boolean;
}

/** The durable engine of one host. */
export interface Engine {
  /** What the management API offers. */
  readonly management: Management;
  readonly clock: Clock;
  /** Takes up what an earlier process left; call once, when the app is loaded. */
  start(): void;
  /** Begins nothing more and waits for what runs; what does not end stays owed and runs again after the next start. */
  stop(): Promise<void>;
  /** Closes the store; after `stop`, or at once when what runs is to be abandoned. */
  close(): void;
  /** Resolves with the instance's final state as soon as it has one. */
  whenEnded(instanceId: string): Promise<void>;
}

const DEFAULT_LIMITS: EngineLimits = {
  maxConcurrentActivityFunctions: 10,
  maxConcurrentOrchestratorFunctions: 10,
  maxConcurrentEntityFunctions: 10,
  maxEntityOperationBatchSize: 50,
};

/** Opens the store and wires the parts; nothing runs before `start`. Throws StateFolderError. */
export function createEngine(options: EngineOptions): Engine {
  const { clock, log, worker } = options;
  const store: Store = openStore(options.stateDirectory);
  const cache = new ExecutionCache(store);
  const endWaiters = new Map<string, Array<() => void>>();
  let closed = false;

  /** Keeps a virtual clock still for the time of some work, and gives work that fails another chance. */
  const guarded = async (what: string, key: string, retry: () => void, work: () => Promise<void>): Promise<void> => {
    const release = clock.hold();
    try {
      if (!closed) await work();
    } catch (error) {
      if (closed) return;
      log.error({ [what]: key, err: error }, `${what} could not be processed; trying again`);
      clock.at(clock.nowMs() + RETRY_AFTER_MS, retry);
    } finally {
      release();
    }
  };

  const core: EngineCore = {
    store,
    worker,
    clock,
    log,
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    replayGuard: options.replayGuard ?? true,
    wakeInstance: (instanceId) => turns.wake(instanceId),
    wakeEntity: (entityId) => entities.wake(entityId),
    offerActivity: (row) => activities.offer(row),
    armTimer: (row) => timers.arm(row),
    disarmTimer: (row) => timers.disarm(row),
    instanceEnded(instanceId) {
      cache.forget(instanceId);
      const waiters = endWaiters.get(instanceId);
      endWaiters.delete(instanceId);
      for (const waiter of waiters ?? []) waiter();
    },
  };
  const turns: KeyedRunner<string> = new KeyedRunner(core.limits.maxConcurrentOrchestratorFunctions, (instanceId) =>
    guarded(
      "instance",
      instanceId,
      () => turns.wake(instanceId),
      () => runTurn(core, cache, instanceId),
    ),
  );
  const activities = new ActivityRunner(core);
  const entities: EntityRunner = new EntityRunner(core, (entityId, work) =>
    guarded("entity", entityId, () => entities.wake(entityId), work),
  );
  const timers = new TimerService(core);
  const management = new Management(core, cache);

  return {
    management,
    clock,
    start() {
      for (const row of store.all("SELECT DISTINCT instance_id FROM inbox")) turns.wake(String(row.instance_id));
      entities.start();
      activities.start();
      timers.start();
    },
    async stop() {
      timers.stop();
      await Promise.all([turns.stop(), entities.stop(), activities.stop()]);
    },
    close() {
      closed = true;
      timers.stop();
      store.close();
    },
    whenEnded(instanceId) {
      const record = readInstance(store, instanceId);
      if (record && management.isEnded(record)) return Promise.resolve();
      return new Promise((resolve) => {
        const waiters = endWaiters.get(instanceId) ?? [];
        waiters.push(resolve);
        endWaiters.set(instanceId, waiters);
      });
    },
  };
}
