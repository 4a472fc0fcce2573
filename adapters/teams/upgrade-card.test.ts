import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "../../domain/finding.ts";
import type { ClusterResult, ControlPlaneResult, PoolResult, RingResult, UpgradeReport } from "../../domain/report.ts";
import type { Signal } from "../../domain/run-control.ts";
import { verdictSchema } from "../../domain/verdict.ts";
import { mistakesOf } from "./legal-card.ts";
import { upgradeCard } from "./upgrade-card.ts";

const RUN_URL = "https://drydock.example.org/console/runs/upgrade-0123456789abcdef";
/** What postCard sends at most, less the envelope. */
const LIMIT_BYTES = 24_000;

function pool(name: string, outcome: PoolResult["outcome"] = "done"): PoolResult {
  const times = { startedAt: "2026-03-01T12:01:00Z", endedAt: "2026-03-01T12:21:00Z" };
  const images = { fromImage: "AKSUbuntu-2204-202601.05.0", toImage: "AKSUbuntu-2204-202602.10.0" };
  const versions = { fromVersion: "1.33.5", toVersion: "1.33.5" };
  const drain = { podsTotal: 4, podsLeft: 0, evicted: 4, blockers: [], outcome: "drained", ...times } as const;
  const how = { mode: "User", strategy: "blueGreen", outcome, state: outcome === "done" ? "done" : "failed" } as const;
  return {
    name,
    ...how,
    ...images,
    ...versions,
    replacement: `${name}2`,
    drains: [{ node: "n1", ...drain, blockers: [] }],
    findings: [],
    ...times,
  };
}

function cluster(name: string, outcome: ClusterResult["outcome"], change: Partial<ClusterResult> = {}): ClusterResult {
  const times = { startedAt: "2026-03-01T12:00:00Z", endedAt: "2026-03-01T12:25:00Z" };
  const pools = outcome === "done" ? [pool("sys"), pool("shop")] : [];
  return { name, outcome, reason: null, attempt: 1, controlPlane: null, pools, findings: [], ...times, ...change };
}

function ring(name: string, state: RingResult["state"], reason: string | null, clusters: ClusterResult[]): RingResult {
  return { name, state, reason, clusters, findings: [] };
}

function finding(change: Partial<Finding> = {}): Finding {
  return {
    code: "BarePods",
    severity: "blocker",
    subject: "shop/toolbox",
    message: "pod shop/toolbox has no controller and would be gone for good",
    evidence: ["on node n1"],
    remedy: "Give the pod a controller, delete it, or set upgrade.drain.barePods to delete.",
    cluster: "dev-weu",
    ...change,
  };
}

function signal(change: Partial<Signal> = {}): Signal {
  const at = "2026-03-01T12:10:00Z";
  return { id: "s1", kind: "approve", by: "bob", reason: "tested on dev", at, gate: "approve-prod", ...change };
}

const controlPlane: ControlPlaneResult = {
  from: "1.33.5",
  to: "1.34.2",
  outcome: "done",
  startedAt: "2026-03-01T12:00:00Z",
  endedAt: "2026-03-01T12:09:00Z",
};

function report(change: Partial<UpgradeReport> = {}): UpgradeReport {
  return {
    id: "upgrade-0123456789abcdef",
    kind: "upgrade",
    verdict: "passed",
    trigger: { by: "Event Grid", reason: "AKS offers Kubernetes 1.34.2 for dev-weu", event: null },
    startedAt: "2026-03-01T12:00:00Z",
    endedAt: "2026-03-01T14:10:00Z",
    fleetDigest: "0".repeat(64),
    rings: [ring("dev", "done", null, [cluster("dev-weu", "done")])],
    signals: [],
    findings: [],
    ...change,
  };
}

function wire(source: UpgradeReport) {
  return JSON.parse(JSON.stringify(upgradeCard(source, RUN_URL)));
}

/** All text that a card shows, in order. */
function texts(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(texts);
  if (typeof node !== "object" || node === null) return [];
  const own = "text" in node && typeof node.text === "string" ? [node.text] : [];
  return [...own, ...Object.values(node).flatMap(texts)];
}

const leftAlone = (name: string, reason: string) =>
  cluster(name, "skipped", { reason, startedAt: null, endedAt: null });

/** A report that ends in each verdict. */
const BY_VERDICT: Record<UpgradeReport["verdict"], UpgradeReport> = {
  passed: report({ findings: [finding({ code: "EventsFolded", severity: "info", cluster: null })] }),
  "passed-with-warnings": report({
    verdict: "passed-with-warnings",
    rings: [
      ring("dev", "done", null, [cluster("dev-weu", "done"), leftAlone("dev-neu", "dev-neu is stopped")]),
      ring("prod", "done", null, [leftAlone("prod-weu", "all node images are up to date")]),
    ],
    findings: [
      finding({ code: "ClusterStopped", severity: "warning", message: "dev-neu is stopped", cluster: "dev-neu" }),
    ],
  }),
  failed: report({
    verdict: "failed",
    rings: [
      ring("dev", "failed", "halted: dev-weu failed", [
        cluster("dev-weu", "failed", { reason: "node n2 is not Ready", pools: [pool("sys"), pool("shop", "failed")] }),
      ]),
      ring("prod", "skipped", "halted: dev-weu failed", [leftAlone("prod-weu", "halted: dev-weu failed")]),
    ],
    findings: [
      finding({
        code: "NodeNotReady",
        message: "node n2 is not Ready",
        remedy: "kubectl describe node names the condition.",
      }),
    ],
  }),
  blocked: report({
    verdict: "blocked",
    trigger: { by: "alex", reason: "CVE-2026-1", event: null },
    rings: [
      ring("dev", "failed", "halted: dev-weu is blocked", [cluster("dev-weu", "blocked", { reason: "a bare pod" })]),
    ],
    findings: [finding()],
  }),
  cancelled: report({
    verdict: "cancelled",
    rings: [
      ring("dev", "skipped", "cancelled", [cluster("dev-weu", "cancelled", { reason: "the run was cancelled" })]),
    ],
    findings: [finding({ code: "RunCancelled", severity: "info", cluster: null })],
  }),
};

/** A fleet as large as they come, with words as long as they come. */
function largeFleet(rings: number, clusters: number, word: string): UpgradeReport {
  const outcomes = ["done", "skipped", "blocked"] as const;
  return report({
    verdict: "failed",
    trigger: { by: word, reason: word, event: null },
    rings: Array.from({ length: rings }, (_, index) =>
      ring(`ring-${index}`, "done", word, [
        ...Array.from({ length: clusters }, (_, number) =>
          cluster(`${"c".repeat(55)}-${index}-${number}`, outcomes[number % 3] ?? "done", { reason: word }),
        ),
        cluster(`culprit-${index}`, "failed", { reason: word, attempt: 12, controlPlane }),
      ]),
    ),
    signals: Array.from({ length: 200 }, () => signal({ by: word, reason: word })),
    findings: Array.from({ length: 400 }, () => finding({ message: word, remedy: word })),
  });
}

describe("the card of an upgrade", () => {
  it.each(verdictSchema.options)("that %s is as it was agreed upon", async (verdict) => {
    await expect(`${JSON.stringify(wire(BY_VERDICT[verdict]), null, 2)}\n`).toMatchFileSnapshot(
      `golden/${verdict}.golden`,
    );
  });

  it("leaves out findings that ask for nothing, and says how many more there are", () => {
    const findings = [finding({ severity: "info", code: "Fyi" }), ...Array.from({ length: 7 }, () => finding())];
    const shown = texts(wire(report({ verdict: "blocked", findings })));
    expect(shown.filter((text) => text.startsWith("BarePods"))).toHaveLength(5);
    expect(shown).toContain("and 2 more findings in the report");
    expect(shown.join()).not.toContain("Fyi");
  });

  it("tells of control planes, versions and tries", () => {
    const pools = [{ ...pool("shop"), toVersion: "1.34.2" }, pool("sys", "failed")];
    const done = cluster("prod-weu", "done", { attempt: 2, controlPlane, pools });
    const failed = cluster("prod-neu", "failed", { controlPlane: { ...controlPlane, outcome: "failed" } });
    const shown = texts(wire(report({ rings: [ring("prod", "failed", null, [done, failed])] })));
    expect(shown).toContain(
      "- prod-weu: done, 2nd try, control plane 1.33.5 to 1.34.2 (9 min), shop 1.33.5 to 1.34.2 on AKSUbuntu-2204-202602.10.0",
    );
    expect(shown).toContain("- prod-neu: failed, control plane 1.33.5 to 1.34.2 failed (9 min)");
    expect(JSON.stringify(wire(report({ rings: [ring("prod", "failed", null, [done, failed])] })))).toContain(
      "1 upgraded",
    );
  });

  it("tells what people told the run, who, when and why, the newest when there are many", () => {
    const early = Array.from({ length: 6 }, () => signal({ kind: "pause", gate: null, reason: "lunch" }));
    const shown = texts(wire(report({ signals: [...early, signal()] })));
    expect(shown).toContain("- 2026-03-01 12:10 UTC bob: approve (approve-prod): tested on dev");
    expect(shown.filter((text) => text.endsWith("bob: pause: lunch"))).toHaveLength(4);
    expect(shown).toContain("and 2 more signals in the report");
    expect(texts(wire(report()))).not.toContain("Signals");
  });

  it("names clusters that failed before it counts the others", () => {
    const others = Array.from({ length: 30 }, (_, index) => cluster(`done-${index}`, "done", { pools: [] }));
    const clusters = [...others, cluster("culprit", "failed", { reason: "a drain failed" })];
    const shown = texts(wire(report({ rings: [ring("prod", "failed", null, clusters)] })));
    expect(shown).toContain("- culprit: failed (a drain failed)");
    expect(shown).toContain("- and 21 more (21 done)");
  });

  it.each([
    ["many rings", 60, 3, "a reason"],
    ["many clusters", 3, 300, "a reason ".repeat(60)],
    ["long words in many rings and clusters", 20, 20, "reason ".repeat(300)],
    ["text that grows when it is escaped", 20, 20, '*_[\\"'.repeat(200)],
    ["text of four bytes a character", 20, 20, "🚢".repeat(500)],
  ])("fits into a message of Teams with %s, and counts everything", (_what, rings, clusters, word) => {
    const source = largeFleet(rings, clusters, word);
    const card = wire(source);
    expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(LIMIT_BYTES);
    expect(JSON.stringify(card)).toContain(` of ${rings * (clusters + 1)} done`);
    expect(texts(card)).toContainEqual(expect.stringMatching(/^and \d+ more findings in the report$/));
    expect(texts(card)).toContainEqual(expect.stringMatching(/^and \d+ more signals in the report$/));
    if (rings > 20) expect(texts(card)).toContain(`and ${rings - 20} more rings in the report`);
  });
});

describe("text from outside on a card", () => {
  const shownAs = (text: string) => texts(wire(report({ trigger: { by: "alex", reason: text, event: null } })))[1];

  it.each([
    ["bold, code and italics", "**x** `y` _z_", "\\*\\*x\\*\\* \\`y\\` \\_z\\_"],
    ["a link", "[here](https://evil.example)", "\\[here\\](https://evil.example)"],
    ["a backslash", "a\\*b", "a\\\\\\*b"],
    ["a list after a line end", "a\n- b\r\r1. c", "a - b 1. c"],
    ["a bullet", "- a", "\\- a"],
    ["a number with a dot", "3. a", "3\\. a"],
    ["a version", "1.34.2", "1.34.2"],
    ["half of a surrogate pair", "a\ud83d", "a\ufffd"],
  ])("is shown as it is: %s", (_what, text, expected) => {
    expect(shownAs(text)).toBe(expected);
  });

  it("is cut to a length without breaking a character or an escape", () => {
    expect(shownAs("🚢".repeat(301))).toBe(`${"🚢".repeat(299)}…`);
    expect(shownAs("*".repeat(301))).toBe(`${"\\*".repeat(299)}…`);
    expect(shownAs("x".repeat(300))).toBe("x".repeat(300));
  });
});

describe("a card as Teams reads it", () => {
  it.each(verdictSchema.options)(
    "is a legal Adaptive Card 1.5 when the run %s, with links and nothing that needs a bot",
    (verdict) => {
      expect(mistakesOf(wire(BY_VERDICT[verdict]))).toEqual([]);
    },
  );

  it("is legal and small enough whatever the report holds", () => {
    const word = fc.string({ unit: fc.constantFrom(...'a*_[]`\\"\u0001é🚢\n -1.'), minLength: 1, maxLength: 400 });
    fc.assert(
      fc.property(fc.nat(30), fc.nat(12), word, (rings, clusters, text) => {
        const card = wire(largeFleet(rings, clusters, `x${text}`));
        expect(mistakesOf(card)).toEqual([]);
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(LIMIT_BYTES);
      }),
      { numRuns: 40 },
    );
  });
});
