import type { Clock, ClockTimer } from "../clock/clock.ts";
import type { HostLog } from "../log.ts";
import type { AppWorker, RegisteredFunction } from "../worker/contract.ts";
import { invokeWithRetry } from "../worker/invoke-with-retry.ts";
import { parseSchedule, type Schedule, ScheduleError } from "./schedule.ts";
import type { ScheduleMonitor, ScheduleStatus } from "./schedule-status.ts";

/** Timers that fire more often than this keep no status, as in the real host. */
const MONITOR_LEAST_INTERVAL_MS = 60_000;

/** What timers are run with. */
export interface TimerListenerOptions {
  readonly worker: AppWorker;
  readonly clock: Clock;
  readonly log: HostLog;
  readonly monitor: ScheduleMonitor;
  readonly timeZone: string | undefined;
  readonly settings: Readonly<Record<string, string | undefined>>;
}

/** Fires the app's timer functions. */
export interface TimerListener {
  /** Begins; fires at once what was missed or wants to run on start-up. */
  start(): void;
  /** Fires nothing more; resolves when what runs has ended. */
  stop(): Promise<void>;
  /** Fires nothing more, and keeps nothing of what runs: it counts as not having run. */
  abandon(): void;
}

/** Reads all timer triggers of an app. Throws ScheduleError and TimeZoneError. */
export function createTimerListener(options: TimerListenerOptions): TimerListener {
  const timers = [...options.worker.functions.values()]
    .filter((target) => target.trigger.type.toLowerCase() === "timertrigger")
    .map((target) => new Timer(options, target));
  return {
    start: () => {
      for (const timer of timers) timer.start();
    },
    stop: async () => {
      await Promise.all(timers.map((timer) => timer.stop()));
    },
    abandon: () => {
      for (const timer of timers) timer.abandon();
    },
  };
}

function readSchedule(options: TimerListenerOptions, target: RegisteredFunction): Schedule {
  try {
    return parseSchedule(String(target.trigger.schedule ?? ""), options.timeZone, options.settings);
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    throw new ScheduleError(`Timer function "${target.name}": ${error.message}`, { cause: error });
  }
}

class Timer {
  readonly #options: TimerListenerOptions;
  readonly #target: RegisteredFunction;
  readonly #schedule: Schedule;
  readonly #monitored: boolean;
  #pending: ClockTimer | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;
  #abandoned = false;

  constructor(options: TimerListenerOptions, target: RegisteredFunction) {
    this.#options = options;
    this.#target = target;
    this.#schedule = readSchedule(options, target);
    const wanted = target.trigger.useMonitor !== false;
    this.#monitored = wanted && this.#schedule.shortestIntervalMs >= MONITOR_LEAST_INTERVAL_MS;
  }

  start(): void {
    const { clock, monitor } = this.#options;
    const nowMs = clock.nowMs();
    const kept = this.#monitored ? monitor.read(this.#target.name) : undefined;
    const status = kept?.schedule === this.#schedule.text ? kept : undefined;
    const nextMs = status?.next ? Date.parse(status.next) : this.#schedule.next(nowMs);
    if (status?.next && nextMs !== undefined && nextMs <= nowMs) this.#fire(true, nextMs);
    else if (this.#target.trigger.runOnStartup === true) this.#fire(false, nextMs);
    else {
      if (!status) this.#keep(null, nextMs);
      this.#arm(nextMs);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#pending?.cancel();
    await this.#running;
  }

  abandon(): void {
    this.#stopped = true;
    this.#abandoned = true;
    this.#pending?.cancel();
  }

  #arm(nextMs: number | undefined): void {
    if (this.#stopped || nextMs === undefined) return;
    this.#pending = this.#options.clock.at(nextMs, () => this.#fire(false, nextMs));
  }

  /** Runs the function once. The next moment is chosen when it has ended, so that a timer never overlaps itself. */
  #fire(isPastDue: boolean, dueMs: number | undefined): void {
    const { clock, log, worker } = this.#options;
    const name = this.#target.name;
    const startedMs = clock.nowMs();
    const upcomingMs = this.#schedule.next(startedMs);
    const kept = this.#options.monitor.read(name);
    const trigger = {
      Schedule: { AdjustForDST: true },
      ScheduleStatus: this.#monitored
        ? { Last: kept?.last ?? null, Next: iso(upcomingMs), LastUpdated: kept?.lastUpdated ?? iso(startedMs) }
        : null,
      IsPastDue: isPastDue,
    };
    if (isPastDue) log.warn({ function: name, due: iso(dueMs) }, "timer is past due; it runs now");
    this.#running = invokeWithRetry(worker, clock, log, {
      functionName: name,
      triggerData: { json: JSON.stringify(trigger) },
    })
      .then(
        () => log.debug({ function: name }, "timer ran"),
        (error: Error) => log.error({ function: name, error: error.message }, "timer function failed"),
      )
      .then(() => {
        const nextMs = this.#schedule.next(clock.nowMs());
        this.#keep(startedMs, nextMs);
        this.#arm(nextMs);
      });
  }

  #keep(lastMs: number | null, nextMs: number | undefined): void {
    if (!this.#monitored || this.#abandoned) return;
    const nowMs = this.#options.clock.nowMs();
    const status: ScheduleStatus = {
      schedule: this.#schedule.text,
      last: lastMs === null ? null : iso(lastMs),
      next: iso(nextMs),
      lastUpdated: iso(lastMs ?? nowMs) ?? "",
    };
    this.#options.monitor.write(this.#target.name, status);
  }
}

function iso(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}
