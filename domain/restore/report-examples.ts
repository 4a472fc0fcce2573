import type { ClusterTest, RestoreReport } from "./restore-report.ts";

/** An instant of November 2026. */
export const at = (day: number, time = "08:00") => `2026-11-${String(day).padStart(2, "0")}T${time}:00.000Z`;

/** A test whose probe failed, with these members. */
export const exampleTest = (more: Partial<ClusterTest> = {}): ClusterTest => ({
  cluster: "prod-weu",
  provider: "azure-backup",
  verdict: "failed",
  point: { id: "abc", takenAt: at(20, "02:00"), tier: "operational" },
  scratchCluster: null,
  objectives: { rpoHours: 24, rtoMinutes: 60 },
  measure: {
    rpo: { basis: "data", atPointMs: 1_800_000, atStartMs: 23_400_000 },
    rto: { totalMs: 3_600_000, phases: [{ name: "restore", ms: 1_800_000 }], betweenMs: 1_800_000 },
  },
  phases: [
    { name: "restore", outcome: "done", reason: "", startedAt: at(20), endedAt: at(20, "08:30"), findings: [] },
    {
      ...{ name: "probe", outcome: "done", reason: "", startedAt: at(20, "08:30"), endedAt: at(20, "08:31") },
      findings: [
        {
          ...{ code: "ProbeFailed", severity: "blocker", subject: "shop/orders", cluster: "prod-weu" },
          ...{ message: "probe orders failed: <b>|bad*", evidence: ["probes/orders.log"], remedy: "Mend it." },
        },
      ],
    },
  ],
  counts: [{ kind: "Deployment", expected: 3, found: 2 }],
  probes: [
    { name: "orders", outcome: "failed", why: "it ended with 1", newestDataAt: null, evidence: "probes/orders.log" },
  ],
  problems: [{ object: "deployments.apps/shop/cart", code: "Warned", message: "no", remedy: "" }],
  bytes: 4_096,
  findings: [],
  evidence: [{ path: "probes/orders.log", sha256: "a".repeat(64), bytes: 12 }],
  folder: "restore-test/2026-11/prod-weu/run-1",
  startedAt: at(20),
  endedAt: at(20, "09:00"),
  ...more,
});

/** A run of these tests. */
export const exampleReport = (clusters: ClusterTest[] = [exampleTest()]): RestoreReport => ({
  kind: "restore-test",
  id: "run-1",
  verdict: "failed",
  trigger: { by: "ada", reason: "monthly", event: null },
  fleetDigest: "d",
  startedAt: at(20),
  endedAt: at(20, "09:00"),
  clusters,
  findings: [],
  signals: [],
  cost: { amount: 1.2, currency: "EUR", isComplete: true },
});
