import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, exampleReport, exampleTest } from "../../domain/restore/report-examples.ts";
import type { RestoreReport } from "../../domain/restore/restore-report.ts";
import { type RestoreVerdict, restoreVerdictSchema } from "../../domain/restore/restore-verdict.ts";
import { mistakesOf } from "./legal-card.ts";
import { restoreCard } from "./restore-card.ts";

const RUN_URL = "https://drydock.example.org/console/#/runs/restore-1";
/** What postCard sends at most, less the envelope. */
const LIMIT_BYTES = 24_000;

function wire(source: RestoreReport) {
  return JSON.parse(JSON.stringify(restoreCard(source, RUN_URL)));
}

/** All text that a card shows, in order. */
function texts(node: unknown): string[] {
  if (Array.isArray(node)) return node.flatMap(texts);
  if (typeof node !== "object" || node === null) return [];
  const own = "text" in node && typeof node.text === "string" ? [node.text] : [];
  return [...own, ...Object.values(node).flatMap(texts)];
}

const passed = (cluster: string) =>
  exampleTest({
    cluster,
    verdict: "passed",
    phases: exampleTest().phases.map((phase) => ({ ...phase, findings: [] })),
  });

const phase = { name: "restore" as const, startedAt: at(20), endedAt: at(20, "12:00"), findings: [] };

/** A report that ends in each verdict. */
const BY_VERDICT: Record<RestoreVerdict, RestoreReport> = {
  passed: { ...exampleReport([passed("prod-neu"), passed("prod-weu")]), verdict: "passed" },
  failed: exampleReport([passed("prod-neu"), exampleTest()]),
  "timed-out": {
    ...exampleReport([
      exampleTest({
        ...{ verdict: "timed-out", measure: null },
        phases: [{ ...phase, outcome: "timed-out", reason: "the restore did not end within 4 h" }],
      }),
    ]),
    verdict: "timed-out",
  },
  inconclusive: {
    ...exampleReport([exampleTest({ verdict: "inconclusive", point: null, measure: null, phases: [] })]),
    verdict: "inconclusive",
    cost: { amount: 0, currency: "EUR", isComplete: false },
  },
};

describe("the card of restore tests", () => {
  it.each(restoreVerdictSchema.options)("that are %s is as it was agreed upon", async (verdict) => {
    await expect(`${JSON.stringify(wire(BY_VERDICT[verdict]), null, 2)}\n`).toMatchFileSnapshot(
      `golden/restore-${verdict}.golden`,
    );
  });

  it("names the backups that are not proven first, with what was measured and what was found", () => {
    const shown = texts(wire(BY_VERDICT.failed));
    const failed = shown.indexOf("prod-weu: failed");
    expect(failed).toBeGreaterThan(0);
    expect(failed).toBeLessThan(shown.indexOf("prod-neu: passed"));
    expect(shown).toContain("RPO 6 h 30 min (objective 24 h), RTO 1 h (objective 60 min)");
    expect(shown).toContain("prod-weu: ProbeFailed: probe orders failed: <b>|bad\\*");
    expect(shown).toContain("Mend it.");
  });

  it("says which phase kept a test from its end, or that there was nothing to restore", () => {
    expect(texts(wire(BY_VERDICT["timed-out"]))).toContain("restore: the restore did not end within 4 h");
    expect(texts(wire(BY_VERDICT.inconclusive))).toContain("no recovery point was restored");
  });

  it("counts what it does not name", () => {
    const many = Array.from({ length: 100 }, (_, index) => passed(`c-${index}`));
    const shown = texts(wire(exampleReport([...many, exampleTest()])));
    expect(shown).toContain("prod-weu: failed");
    expect(shown).toContain("and 81 more in the report (81 passed, 0 not)");
    expect(JSON.stringify(wire(exampleReport([...many, exampleTest()])))).toContain("100 of 101 backups");
  });

  it("shows text from outside as it is", () => {
    const reason = "[here](https://evil.example) **now**\n- x";
    const card = wire({ ...exampleReport(), trigger: { by: "ada", reason, event: null } });
    expect(texts(card)[1]).toBe("\\[here\\](https://evil.example) \\*\\*now\\*\\* - x");
  });
});

describe("a card of restore tests as Teams reads it", () => {
  it.each(restoreVerdictSchema.options)("is a legal Adaptive Card 1.5 when they are %s, with links only", (verdict) => {
    expect(mistakesOf(wire(BY_VERDICT[verdict]))).toEqual([]);
  });

  it("is legal and small enough whatever the report holds", () => {
    const word = fc.string({ unit: fc.constantFrom(...'a*_[]`\\"\u0001é🚢\n -1.'), minLength: 1, maxLength: 600 });
    fc.assert(
      fc.property(fc.nat(60), word, (count, text) => {
        const said = `x${text}`;
        const phases = [{ ...phase, outcome: "could-not" as const, reason: said, findings: [findingOf(said)] }];
        const tests = Array.from({ length: count }, () => exampleTest({ cluster: said, phases }));
        const card = wire({ ...exampleReport(tests), trigger: { by: said, reason: said, event: null } });
        expect(mistakesOf(card)).toEqual([]);
        expect(Buffer.byteLength(JSON.stringify(card))).toBeLessThanOrEqual(LIMIT_BYTES);
      }),
      { numRuns: 60 },
    );
  });
});

function findingOf(said: string) {
  const about = { code: "ScratchFailed", severity: "warning" as const, subject: said, cluster: said };
  return { ...about, message: said, evidence: [said], remedy: said };
}
