import { describe, expect, it } from "vitest";
import type { ClusterTest, RestoreReport } from "../restore/restore-report.ts";
import { NO_CONTROL, type Signal } from "../run-control.ts";
import { assembleRestoreRun, type RestoreRunParts } from "./assemble-restore-run.ts";
import { restoreRunViewSchema } from "./restore-view.ts";

const at = "2026-11-21T08:00:00.000Z";
const trigger = { by: "ada", reason: "a test", event: null };
const finding = {
  code: "ProbeFailed",
  severity: "blocker" as const,
  subject: "s",
  message: "bad",
  evidence: [],
  remedy: "",
  cluster: "one",
};

const result = {
  ...{
    cluster: "one",
    verdict: "failed",
    point: { id: "p", takenAt: at, tier: "vault" },
    scratchCluster: "/c",
    findings: [],
  },
  phases: [{ name: "probe", outcome: "done", reason: "", startedAt: at, endedAt: at, findings: [finding] }],
  ...{ startedAt: at, endedAt: at },
} as unknown as ClusterTest;

const status = {
  ...{ state: "running" as const, reason: null, startedAt: at, point: null, scratchCluster: null },
  phases: [{ name: "restore" as const, state: "running" as const, startedAt: at, endedAt: null, reason: "" }],
};

const parts = (more: Partial<RestoreRunParts> = {}): RestoreRunParts => ({
  ...{ id: "r", state: "running", brokenBy: null, createdAt: at, updatedAt: at, status: null, control: NO_CONTROL },
  request: { kind: "restore-test", trigger, targets: null, point: null, keepHours: null },
  ...{ report: null, tests: [], ...more },
});

const view = (more: Partial<RestoreRunParts> = {}) => restoreRunViewSchema.parse(assembleRestoreRun(parts(more)));

describe("a run of restore tests as the API shows it", () => {
  it("shows each test as it stands: not begun, in a phase, ended", () => {
    const progress = { percent: 40, tasks: [] };
    const { tests, findings } = view({
      status: { phase: "testing 3 backups", clusters: ["zero", "live", "one"] },
      tests: [
        { cluster: "zero", status: null, result: null, progress: null },
        { cluster: "live", status, result: null, progress },
        { cluster: "one", status, result, progress: null },
      ],
    });
    expect(tests).toMatchObject([
      { cluster: "zero", state: "pending", phases: [] },
      { cluster: "live", state: "running", phases: [{ name: "restore", state: "running" }], progress: { percent: 40 } },
      { cluster: "one", state: "failed", reason: "bad", phases: [{ name: "probe", state: "done" }] },
    ]);
    expect(findings).toMatchObject([{ code: "ProbeFailed" }]);
  });

  it("shows its report once there is one", () => {
    const report = {
      verdict: "failed",
      startedAt: at,
      endedAt: at,
      clusters: [result],
      findings: [],
    } as unknown as RestoreReport;
    expect(view({ state: "ended", report })).toMatchObject({ status: "finished", verdict: "failed", endedAt: at });
  });

  it("says what ended it when it left no report, and proves nothing then", () => {
    const broken = view({ state: "ended", brokenBy: "terminated" });
    expect(broken).toMatchObject({
      status: "finished",
      verdict: "inconclusive",
      phase: "ended without a report: terminated",
    });
  });

  it("says who paused it", () => {
    const pause: Signal = { id: "1", kind: "pause", by: "bob", reason: "lunch", at, gate: null };
    expect(view({ control: { ...NO_CONTROL, signals: [pause] } }).phase).toBe("paused by bob: waiting to start");
  });
});
