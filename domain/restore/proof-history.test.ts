import { describe, expect, it } from "vitest";
import {
  historyAfter,
  lastPassedAt,
  type Proof,
  proofAges,
  proofSchema,
  proofsOf,
  proofTrend,
} from "./proof-history.ts";
import { at, exampleReport, exampleTest } from "./report-examples.ts";

const [tested] = proofsOf(exampleReport());
if (!tested) throw new Error("a report of one test");
const proof = (more: Partial<Proof> = {}): Proof => ({ ...tested, ...more });

describe("what is kept of a test", () => {
  it("is its verdict, what was measured and what was wanted", () => {
    expect(proofSchema.parse(tested)).toEqual({
      ...{ cluster: "prod-weu", run: "run-1", verdict: "failed", startedAt: at(20), endedAt: at(20, "09:00") },
      ...{ pointTakenAt: at(20, "02:00"), rpoMs: 23_400_000, rtoMs: 3_600_000, bytes: 4_096 },
      ...{ rpoObjectiveMs: 86_400_000, rtoObjectiveMs: 3_600_000 },
    });
    const nothing = { point: null, measure: null, objectives: { rpoHours: null, rtoMinutes: null } };
    expect(proofsOf(exampleReport([exampleTest(nothing)]))).toMatchObject([
      { pointTakenAt: null, rpoMs: null, rtoMs: null, rpoObjectiveMs: null, rtoObjectiveMs: null },
    ]);
  });

  it("comes in once a run, the newest first, and the oldest of many goes", () => {
    let history: readonly Proof[] = [];
    for (let day = 1; day <= 28; day += 1) {
      for (const hour of ["03", "04", "05"]) {
        const one = proof({ run: `run-${day}-${hour}`, startedAt: at(day, `${hour}:00`) });
        history = historyAfter(historyAfter(history, one), one);
      }
    }
    expect(history).toHaveLength(72);
    expect(history[0]?.run).toBe("run-28-05");
    expect(history.at(-1)?.run).toBe("run-5-03");
    const late = proof({ run: "late", startedAt: at(20, "04:30") });
    const runs = historyAfter(history, late).map(({ run }) => run);
    expect(runs.slice(runs.indexOf("late") - 1, runs.indexOf("late") + 2)).toEqual(["run-20-05", "late", "run-20-04"]);
  });
});

describe("the trend of proofs", () => {
  const proofs = [
    proof({ run: "1", verdict: "passed", startedAt: "2026-10-02T00:00:00.000Z", endedAt: "2026-10-02T01:00:00.000Z" }),
    proof({ run: "2", verdict: "passed", startedAt: at(2), endedAt: at(2, "01:00"), rtoMs: 1, rpoObjectiveMs: 7 }),
    proof({ run: "2", cluster: "a", rpoMs: null, rtoMs: null, bytes: null }),
    proof({ run: "3", bytes: 9_000 }),
  ];

  it("shows each month's gravest verdict, worst measures and newest objectives", () => {
    const objectives = { rpoObjectiveMs: 86_400_000, rtoObjectiveMs: 3_600_000 };
    const measured = { rpoMs: 23_400_000, rtoMs: 3_600_000, bytes: 4_096, ...objectives };
    expect(proofTrend(proofs)).toEqual([
      {
        cluster: "a",
        month: "2026-11",
        tests: 1,
        verdict: "failed",
        ...measured,
        rpoMs: null,
        rtoMs: null,
        bytes: null,
      },
      { cluster: "prod-weu", month: "2026-10", tests: 1, verdict: "passed", ...measured },
      { cluster: "prod-weu", month: "2026-11", tests: 2, verdict: "failed", ...measured, bytes: 9_000 },
    ]);
  });

  it("says which clusters have not been proven for how long, the worst first", () => {
    expect(proofAges(["prod-weu", "b", "a"], proofs, Date.parse(at(20, "00:00")))).toEqual([
      { cluster: "a", lastPassedAt: null, days: null, lastVerdict: "failed" },
      { cluster: "b", lastPassedAt: null, days: null, lastVerdict: null },
      { cluster: "prod-weu", lastPassedAt: at(2, "01:00"), days: 17, lastVerdict: "failed" },
    ]);
  });

  it("knows when a test last passed, if any did", () => {
    expect(lastPassedAt(proofs)).toBe(at(2, "01:00"));
    expect(lastPassedAt([proof()])).toBeNull();
  });
});
