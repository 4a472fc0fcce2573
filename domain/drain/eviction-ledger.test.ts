import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { EvictionLedger } from "./eviction-ledger.ts";
import type { BudgetFacts, PodFacts } from "./facts.ts";
import { planEvictions } from "./plan-evictions.ts";

const WAIT = { retryAfterMs: null, chance: 1 };
const REFUSAL = { code: "EvictionRefused", message: "etcdserver: timed out", permanent: false } as const;

function pod(name: string, change: Partial<PodFacts> = {}): PodFacts {
  return {
    namespace: "shop",
    name,
    uid: name,
    nodeName: "n1",
    phase: "Running",
    ready: true,
    deletionAt: null,
    terminatingSince: null,
    finalizers: [],
    holdUntil: null,
    labels: { app: "cart" },
    owner: { kind: "Deployment", name: "cart" },
    isMirror: false,
    hasEmptyDir: false,
    graceSeconds: 30,
    nodeSelector: {},
    ...change,
  };
}

function budget(change: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: "shop",
    name: "cart",
    resourceVersion: "1",
    selector: { matchLabels: { app: "cart" }, matchExpressions: [] },
    minAvailable: null,
    maxUnavailable: 1,
    unhealthyPodEvictionPolicy: "IfHealthyBudget",
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    expectedPods: 3,
    disruptedPods: [],
    isCurrent: true,
    ...change,
  };
}

const sent = { pod: pod("a"), spends: "shop/cart" };

describe("the ledger of evictions", () => {
  it("counts an eviction against its budget from the moment it is sent until the budget shows it", () => {
    const ledger = new EvictionLedger();
    ledger.send(sent);
    expect(ledger.stateAt(0).spent.get("shop/cart")).toBe(1);
    ledger.grant("a", 0);
    expect(ledger.stateAt(1).spent.get("shop/cart")).toBe(1);
    ledger.seeBudgets([budget({ resourceVersion: "2", disruptedPods: ["a"] })]);
    expect(ledger.stateAt(2).spent.has("shop/cart")).toBe(false);
    expect(ledger.stateAt(2).asked.has("a")).toBe(true);
  });

  it("takes a list that was asked for after the grant to show it, and no earlier one", () => {
    const ledger = new EvictionLedger();
    ledger.send(sent);
    ledger.grant("a", 10);
    ledger.seeList(9);
    expect(ledger.stateAt(11).spent.get("shop/cart")).toBe(1);
    ledger.seeList(10);
    expect(ledger.stateAt(11).spent.has("shop/cart")).toBe(false);
  });

  it("forgets a grant of which nothing came, so that the pod is asked for again", () => {
    const ledger = new EvictionLedger();
    ledger.send(sent);
    ledger.grant("a", 0);
    expect(ledger.stateAt(30_001)).toMatchObject({ asked: new Set(), spent: new Map() });
  });

  it("closes a budget that refused until it changes", () => {
    const ledger = new EvictionLedger();
    ledger.seeBudgets([budget()]);
    ledger.send(sent);
    ledger.refuseByBudget("a", "shop/cart", "needs 2 and has 2", { nowMs: 0, ...WAIT });
    expect(ledger.stateAt(1).closed.get("shop/cart")).toBe("needs 2 and has 2");
    ledger.seeBudgets([budget()]);
    expect(ledger.stateAt(1).closed.size).toBe(1);
    ledger.seeBudgets([budget({ resourceVersion: "2" })]);
    expect(ledger.stateAt(1).closed.size).toBe(0);
  });

  it("waits longer each time a budget refuses, and as long as the API server asks for", () => {
    const ledger = new EvictionLedger();
    const waits = [1, 2, 3].map(() => {
      ledger.refuseByBudget("a", "shop/cart", "no", { nowMs: 0, ...WAIT });
      return ledger.nextTryMs(0);
    });
    expect(waits).toEqual([500, 1_000, 2_000]);
    ledger.refuseByBudget("a", "shop/cart", "no", { nowMs: 0, retryAfterMs: 10_000, chance: 0 });
    expect(ledger.nextTryMs(0)).toBe(10_000);
  });

  it("takes the eighth refusal that is not a budget's for the last word", () => {
    const ledger = new EvictionLedger();
    for (let time = 1; time <= 7; time += 1) ledger.refuse("a", REFUSAL, { nowMs: 0, ...WAIT });
    expect(ledger.stateAt(1).refused.get("a")?.permanent).toBe(false);
    ledger.refuse("a", REFUSAL, { nowMs: 0, ...WAIT });
    expect(ledger.stateAt(1e12).refused.get("a")?.permanent).toBe(true);
    expect(ledger.nextTryMs(1)).toBeNull();
  });

  it("never gives up on a budget that it may not read, and asks at least as often as kubectl", () => {
    const ledger = new EvictionLedger();
    const refusal = { ...REFUSAL, code: "PodDisruptionBudgetBlocks" } as const;
    for (let time = 1; time <= 50; time += 1) ledger.refuse("a", refusal, { nowMs: 0, ...WAIT });
    expect(ledger.nextTryMs(0)).toBe(5_000);
  });

  it("asks for nothing while the API server throttles", () => {
    const ledger = new EvictionLedger();
    ledger.throttle("a", { nowMs: 0, retryAfterMs: 7_000, chance: 0 });
    expect(ledger.stateAt(0).throttledUntilMs).toBe(7_000);
    expect(ledger.nextTryMs(0)).toBe(7_000);
  });

  it("waits longer each time that the API server turns it away, and never gives up on a pod for that", () => {
    const ledger = new EvictionLedger();
    let nowMs = 0;
    const waits = Array.from({ length: 9 }, () => {
      for (const uid of ["a", "b", "c"]) ledger.throttle(uid, { nowMs, ...WAIT });
      const waited = ledger.stateAt(nowMs).throttledUntilMs - nowMs;
      nowMs += waited;
      return waited;
    });
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(ledger.stateAt(nowMs).refused.size).toBe(0);
    ledger.send(sent);
    ledger.grant("a", nowMs);
    ledger.throttle("b", { nowMs, ...WAIT });
    expect(ledger.stateAt(nowMs).throttledUntilMs - nowMs).toBe(500);
  });
});

/** An API server with one budget; what it did is told later, in order, as watches do. */
class Server {
  readonly pods = new Map<string, PodFacts>();
  readonly news: Array<() => void> = [];
  readonly max: number;
  refusals = 0;
  lowest = Number.POSITIVE_INFINITY;
  seen: { pods: Map<string, PodFacts>; budget: BudgetFacts };
  #disrupted = new Set<string>();
  #version = 1;

  constructor(count: number, max: number) {
    this.max = max;
    for (let index = 0; index < count; index += 1) this.pods.set(`p${index}`, pod(`p${index}`));
    this.seen = { pods: new Map(this.pods), budget: this.#budget() };
  }

  get healthy(): number {
    return [...this.pods.values()].filter(({ ready, deletionAt }) => ready && deletionAt === null).length;
  }

  #budget(): BudgetFacts {
    const healthy = [...this.pods.values()].filter(
      (one) => one.ready && one.deletionAt === null && !this.#disrupted.has(one.name),
    ).length;
    const expectedPods = this.pods.size;
    const desiredHealthy = this.#expected - this.max;
    const disruptionsAllowed = Math.max(0, healthy - desiredHealthy);
    const disruptedPods = [...this.#disrupted];
    return budget({
      resourceVersion: String(this.#version),
      disruptionsAllowed,
      currentHealthy: healthy,
      desiredHealthy,
      expectedPods,
      disruptedPods,
    });
  }

  get #expected(): number {
    return this.pods.size;
  }

  #tellBudget(): void {
    this.#version += 1;
    const status = this.#budget();
    this.news.push(() => {
      this.seen.budget = status;
    });
  }

  #set(one: PodFacts): void {
    this.pods.set(one.uid, one);
    this.news.push(() => this.seen.pods.set(one.uid, one));
  }

  /** The budget is spent first, then the pod is marked, then the controller reckons anew; a new pod takes its place at once. */
  evict(uid: string): boolean {
    if (this.#budget().disruptionsAllowed <= 0) {
      this.refusals += 1;
      return false;
    }
    const one = this.pods.get(uid);
    if (!one) return true;
    this.#disrupted.add(one.name);
    this.#tellBudget();
    this.#set({ ...one, deletionAt: "2026-03-01T12:00:30Z" });
    this.#disrupted.delete(one.name);
    this.#tellBudget();
    this.lowest = Math.min(this.lowest, this.healthy);
    return true;
  }

  /** The oldest pod that is ending is gone; its successor on another node is ready. */
  replace(): void {
    const going = [...this.pods.values()].find(({ deletionAt }) => deletionAt !== null);
    if (!going) return;
    this.pods.delete(going.uid);
    this.news.push(() => this.seen.pods.delete(going.uid));
    const next = pod(`new-${going.name}`, { nodeName: "n2" });
    this.pods.set(next.uid, next);
    this.#tellBudget();
  }
}

describe("a drain by this ledger", () => {
  it("is never refused by a budget, whatever the watches are late, and ends", () => {
    const steps = fc.array(fc.constantFrom("news", "replace", "decide"), { minLength: 5, maxLength: 60 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3 }), steps, (count, max, order) => {
        const server = new Server(count, max);
        const ledger = new EvictionLedger();
        let nowMs = 0;
        const act = (step: string) => {
          nowMs += 1;
          if (step === "news") server.news.shift()?.();
          if (step === "news") ledger.seeBudgets([server.seen.budget]);
          if (step === "replace") server.replace();
          if (step !== "decide") return;
          const here = [...server.seen.pods.values()].filter(({ nodeName }) => nodeName === "n1");
          const context = { ...ledger.stateAt(nowMs), judge: () => ({ kind: "evict" }) as const, nowMs };
          for (const eviction of planEvictions(here, [server.seen.budget], context).evict) {
            ledger.send(eviction);
            const wait = { nowMs, retryAfterMs: null, chance: 1 };
            if (server.evict(eviction.pod.uid)) ledger.grant(eviction.pod.uid, nowMs);
            else ledger.refuseByBudget(eviction.pod.uid, "shop/cart", "no", wait);
          }
        };
        order.forEach(act);
        for (let round = 0; round < 40 * count && server.seen.pods.size > 0; round += 1)
          ["decide", "news", "replace", "news", "news", "news"].forEach(act);
        expect(server.refusals).toBe(0);
        expect([...server.pods.values()].filter(({ nodeName }) => nodeName === "n1")).toEqual([]);
        expect(server.lowest).toBeGreaterThanOrEqual(count - max);
      }),
      { numRuns: 300 },
    );
  });
});
