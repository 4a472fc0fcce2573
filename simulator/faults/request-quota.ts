import type { SimulatorClock } from "../clock.ts";
import type { Scenario } from "./scenario.ts";

export type RequestKind = "reads" | "writes" | "deletes";

/** What is told when there is no limit. */
const UNLIMITED: Readonly<Record<RequestKind, number>> = { reads: 11_999, writes: 1_199, deletes: 14_999 };

interface Bucket {
  tokens: number;
  filledMs: number;
}

/** The token buckets of Resource Manager: one per subscription and kind of request, refilled as time passes. */
export class RequestQuota {
  readonly #limits: Scenario["throttling"];
  readonly #clock: SimulatorClock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(limits: Scenario["throttling"], clock: SimulatorClock) {
    this.#limits = limits;
    this.#clock = clock;
  }

  /** Takes one request; says how many are left, or how long to wait (whole seconds) when there is none. */
  take(subscriptionId: string, kind: RequestKind): { readonly left: number; readonly retryAfterSeconds?: number } {
    const limit = this.#limits[kind];
    if (!limit) return { left: UNLIMITED[kind] };
    const nowMs = this.#clock.nowMs();
    const key = `${subscriptionId.toLowerCase()} ${kind}`;
    const bucket = this.#buckets.get(key) ?? { tokens: limit.burst, filledMs: nowMs };
    const passed = (nowMs - bucket.filledMs) / 1_000;
    const tokens = Math.min(limit.burst, bucket.tokens + passed * limit.perSecond);
    const isGranted = tokens >= 1;
    this.#buckets.set(key, { tokens: isGranted ? tokens - 1 : tokens, filledMs: nowMs });
    if (isGranted) return { left: Math.floor(tokens - 1) };
    return { left: 0, retryAfterSeconds: Math.max(1, Math.ceil((1 - tokens) / limit.perSecond)) };
  }
}
