import { describe, expect, it } from "vitest";
import { type DrainRules, drainRulesSchema } from "./drain-policy.ts";
import type { PodFacts } from "./facts.ts";
import { judgeByPolicy } from "./judge-by-policy.ts";

const STARTED_MS = Date.parse("2026-03-01T12:00:00Z");

function pod(change: Partial<PodFacts> = {}): PodFacts {
  return {
    namespace: "shop",
    name: "cart-0",
    uid: "1",
    nodeName: "n1",
    phase: "Running",
    ready: true,
    deletionAt: null,
    terminatingSince: null,
    finalizers: [],
    holdUntil: null,
    labels: { app: "cart" },
    owner: { kind: "StatefulSet", name: "cart" },
    isMirror: false,
    hasEmptyDir: false,
    graceSeconds: 30,
    nodeSelector: {},
    ...change,
  };
}

function judged(change: Partial<PodFacts>, rules: unknown = {}, minutesLater = 0) {
  const judge = judgeByPolicy({
    policy: { barePods: "block", emptyDir: "block" },
    rules: drainRulesSchema.parse(rules),
    startedMs: STARTED_MS,
    now: () => STARTED_MS + minutesLater * 60_000,
  });
  return judge(pod(change));
}

const workloads = (...rules: object[]) => ({ workloads: rules });

describe("a drain's policy", () => {
  it.each<[string, Partial<PodFacts>, unknown, object]>([
    ["evicts what no rule is about", {}, {}, { kind: "evict", order: 0 }],
    ["skips", {}, workloads({ selector: "app=cart", action: "skip" }), { kind: "leave", reason: "policy" }],
    [
      "skips a pod that lacks consent, too",
      { owner: null },
      workloads({ selector: "app", action: "skip" }),
      { kind: "leave", reason: "policy" },
    ],
    [
      "consents to nothing by a rule",
      { owner: null },
      workloads({ selector: "app" }),
      { kind: "refuse", code: "BarePod" },
    ],
    ["orders", {}, workloads({ selector: "app=cart", order: 3 }), { kind: "evict", order: 3 }],
    [
      "takes the first rule that fits",
      {},
      workloads({ selector: "app=web", order: 1 }, { selector: "app", order: 2 }, { selector: "", order: 3 }),
      { kind: "evict", order: 2 },
    ],
    [
      "keeps a rule to its namespace",
      {},
      workloads({ namespace: "bank", selector: "app=cart", action: "skip" }),
      { kind: "evict", order: 0 },
    ],
    [
      "leaves a DaemonSet's pod, whatever a rule says",
      { owner: { kind: "DaemonSet", name: "agent" } },
      workloads({ selector: "app" }),
      { kind: "leave", reason: "daemonset" },
    ],
  ])("%s", (_rule, change, rules, expected) => {
    expect(judged(change, rules)).toMatchObject(expected);
  });

  it("waits for a completion until its latest time, then evicts", () => {
    const rules = workloads({ selector: "app=cart", action: "waitForCompletion", longestMinutes: 60 });
    expect(judged({}, rules, 59)).toMatchObject({ code: "WaitsForCompletion", until: "2026-03-01T13:00:00.000Z" });
    expect(judged({}, rules, 60)).toEqual({ kind: "evict", order: 0 });
    expect(judged({ phase: "Succeeded" }, rules)).toEqual({ kind: "leave", reason: "finished" });
  });

  it.each([
    ["until then", "2026-03-01T12:30:00Z", "2026-03-01T12:30:00.000Z"],
    ["in its own offset", "2026-03-01T14:30:00+02:00", "2026-03-01T12:30:00.000Z"],
    ["not beyond what the policy bears", "2030-01-01T00:00:00Z", "2026-03-01T13:00:00.000Z"],
    ["as long as the policy bears, when it cannot be read", "tomorrow", "2026-03-01T13:00:00.000Z"],
  ])("heeds an application's own hold %s", (_how, holdUntil, until) => {
    const held = judged({ holdUntil }, { longestHoldMinutes: 60 });
    expect(held).toMatchObject({ kind: "hold", code: "OnHold", until });
    expect(judged({ holdUntil }, { longestHoldMinutes: 60 }, 60)).toEqual({ kind: "evict", order: 0 });
  });

  it("heeds no hold that is over", () => {
    expect(judged({ holdUntil: "2026-03-01T11:00:00Z" })).toEqual({ kind: "evict", order: 0 });
  });

  it("refuses rules that it does not understand", () => {
    for (const wrong of [
      workloads({ selector: "app=(" }),
      workloads({ selector: "app", action: "maybe" }),
      { remedies: [{ do: "pray" }] },
      { onFailure: "ignore" },
      { surprise: true },
    ]) {
      expect(drainRulesSchema.safeParse(wrong).success).toBe(false);
    }
  });

  it("has defaults that only wait and undo", () => {
    const rules: DrainRules = drainRulesSchema.parse({});
    expect(rules).toMatchObject({ workloads: [], remedies: [], onFailure: "undo", poolTimeoutMinutes: null });
  });
});
