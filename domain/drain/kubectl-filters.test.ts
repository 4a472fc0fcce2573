import { describe, expect, it } from "vitest";
import type { PodFacts } from "./facts.ts";
import { type DrainConsent, filterPod, remarksOn } from "./kubectl-filters.ts";

const NOW_MS = Date.parse("2026-03-01T12:00:00Z");
const NONE: DrainConsent = {
  force: false,
  ignoreDaemonSets: false,
  deleteEmptyDirData: false,
  skipWaitForDeleteSeconds: 0,
};
const ALL: DrainConsent = {
  force: true,
  ignoreDaemonSets: true,
  deleteEmptyDirData: true,
  skipWaitForDeleteSeconds: 0,
};
const AGENT = { kind: "DaemonSet", name: "agent" };

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
    labels: {},
    owner: { kind: "StatefulSet", name: "cart" },
    isMirror: false,
    hasEmptyDir: false,
    graceSeconds: 30,
    nodeSelector: {},
    ...change,
  };
}

function judged(change: Partial<PodFacts>, consent: DrainConsent, missing: string[] = []): string {
  const { verdict } = filterPod(pod(change), { consent, nowMs: NOW_MS, missingDaemonSets: new Set(missing) });
  return verdict.kind === "leave"
    ? `leave ${verdict.reason}`
    : verdict.kind === "refuse"
      ? `refuse ${verdict.code}`
      : verdict.kind;
}

describe("kubectl's filters", () => {
  it.each<[string, Partial<PodFacts>, Partial<DrainConsent>, string]>([
    ["a controlled pod goes", {}, NONE, "evict"],
    ["a DaemonSet's pod stops it", { owner: AGENT }, NONE, "refuse DaemonSetPod"],
    [
      "a DaemonSet's pod is left with --ignore-daemonsets",
      { owner: AGENT },
      { ignoreDaemonSets: true },
      "leave daemonset",
    ],
    ["a DaemonSet's pod is left even with --force", { owner: AGENT }, ALL, "leave daemonset"],
    ["a finished DaemonSet's pod goes", { owner: AGENT, phase: "Failed" }, NONE, "evict"],
    [
      "another project's DaemonSet does not count as one",
      { owner: { kind: "DaemonSet.apps.kruise.io", name: "a" } },
      NONE,
      "evict",
    ],
    ["a mirror pod is left", { isMirror: true, owner: null, hasEmptyDir: true }, NONE, "leave mirror"],
    ["emptyDir data stops it", { hasEmptyDir: true }, NONE, "refuse EmptyDirData"],
    ["emptyDir data goes with --delete-emptydir-data", { hasEmptyDir: true }, { deleteEmptyDirData: true }, "evict"],
    ["emptyDir data of a finished pod goes", { hasEmptyDir: true, phase: "Succeeded" }, NONE, "evict"],
    ["a bare pod stops it", { owner: null }, NONE, "refuse BarePod"],
    ["a bare pod goes with --force", { owner: null }, { force: true }, "evict"],
    ["a finished bare pod goes", { owner: null, phase: "Succeeded" }, NONE, "evict"],
    [
      "consent to one thing is none to another",
      { owner: null, hasEmptyDir: true },
      { deleteEmptyDirData: true },
      "refuse BarePod",
    ],
    [
      "a pod overdue for longer is skipped",
      { deletionAt: "2026-03-01T11:59:00Z" },
      { skipWaitForDeleteSeconds: 59 },
      "leave terminating",
    ],
    [
      "a pod overdue for as long is not",
      { deletionAt: "2026-03-01T11:59:00Z" },
      { skipWaitForDeleteSeconds: 60 },
      "evict",
    ],
    ["no pod is skipped by default", { deletionAt: "2026-03-01T01:00:00Z" }, NONE, "evict"],
  ])("%s", (_rule, change, consent, expected) => {
    expect(judged(change, { ...NONE, ...consent })).toBe(expected);
  });

  it("let a pod whose DaemonSet is no more go with --force alone", () => {
    expect(judged({ owner: AGENT }, NONE, ["shop/agent"])).toBe("refuse DaemonSetPod");
    expect(judged({ owner: AGENT }, ALL, ["shop/agent"])).toBe("evict");
  });

  it("name every objection with its pods, in kubectl's words", () => {
    const pods = [
      pod({ name: "bare", owner: null }),
      pod({ name: "agent-1", owner: AGENT }),
      pod({ name: "cache", hasEmptyDir: true }),
      pod({ name: "tool", owner: null }),
    ];
    const facts = { consent: NONE, nowMs: NOW_MS, missingDaemonSets: new Set<string>() };
    expect(remarksOn(pods, facts)).toEqual({
      errors: [
        "cannot delete Pods that declare no controller (use --force to override): shop/bare, shop/tool",
        "cannot delete DaemonSet-managed Pods (use --ignore-daemonsets to ignore): shop/agent-1",
        "cannot delete Pods with local storage (use --delete-emptydir-data to override): shop/cache",
      ],
      warnings: [],
    });
    expect(remarksOn(pods, { ...facts, consent: ALL }).warnings).toEqual([
      "deleting Pods that declare no controller: shop/bare, shop/tool",
      "ignoring DaemonSet-managed Pods: shop/agent-1",
      "deleting Pods with local storage: shop/cache",
    ]);
  });
});
