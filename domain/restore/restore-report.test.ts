import { describe, expect, it } from "vitest";
import { evidenceFolder, evidenceSchema, manifestText, readRecordPath, runFolder } from "./evidence-manifest.ts";
import { at, exampleReport, exampleTest } from "./report-examples.ts";
import { restoreMarkdown } from "./restore-markdown.ts";
import { restoreReportSchema } from "./restore-report.ts";

const [test, report] = [exampleTest, exampleReport];

describe("a report of restore tests", () => {
  it("in Markdown says verdict, point, RPO, RTO, phases, counts, probes, what is missing and the digests", () => {
    const text = restoreMarkdown(report());
    expect(text).toContain("# Restore test run-1: failed");
    expect(text).toContain("0 of 1 backups proven. Scratch clusters cost about 1.2 EUR.");
    expect(text).toContain("Recovery point abc of 2026-11-20T02:00:00.000Z (operational, azure-backup).");
    expect(text).toContain("- RPO: 6 h 30 min by the newest data, 30 min when the point was taken (objective: 24 h)");
    expect(text).toContain("- RTO: 1 h (objective: 60 min)");
    expect(text).toContain("| restore | done | 30 min |  |");
    expect(text).toContain("| Deployment | 3 | 2 |");
    expect(text).toContain("| orders | failed | it ended with 1 |");
    expect(text).toContain("| deployments.apps/shop/cart | Warned | no |");
    expect(text).toContain(`| probes/orders.log | ${"a".repeat(64)} | 12 |`);
    expect(text.match(/^\| --- \|/gm)?.length).toBe(5);
  });

  it("in Markdown tells what people told the run", () => {
    const signal = { id: "s", kind: "cancel" as const, by: "ada", reason: "too late", at: at(20), gate: null };
    const text = restoreMarkdown({ ...report(), signals: [signal] });
    expect(text).toContain(`| ${at(20)} | ada | cancel | too late |`);
  });

  it("in Markdown shows what clusters say as text, never as marks", () => {
    expect(restoreMarkdown(report())).toContain("\\<b\\>\\|bad\\*");
  });

  it("says when nothing was restored", () => {
    const text = restoreMarkdown(report([test({ point: null, measure: null, phases: [], counts: [], probes: [] })]));
    expect(text).toContain("No recovery point was restored (azure-backup).");
    expect(text).not.toContain("RPO:");
  });

  it("has a schema that takes it, and refuses a verdict that is none", () => {
    expect(restoreReportSchema.parse(report())).toEqual(report());
    expect(restoreReportSchema.safeParse({ ...report(), verdict: "perfect" }).success).toBe(false);
  });
});

describe("evidence", () => {
  it("has a manifest that sha256sum reads, the same for the same files in any order", () => {
    const [a, b] = ["b.log", "a/x.json"].map((path, index) => ({ path, sha256: `${index}`.repeat(64), bytes: 1 }));
    if (!a || !b) throw new Error("two files");
    expect(manifestText([a, b])).toBe(`${"1".repeat(64)}  a/x.json\n${"0".repeat(64)}  b.log\n`);
    expect(manifestText([b, a])).toBe(manifestText([a, b]));
  });

  it.each(["../a", "/a", "a//b", "a/../b", ".", "a\nb", ""])("is not kept under %j", (path) => {
    expect(evidenceSchema.safeParse({ path, sha256: "a".repeat(64), bytes: 0 }).success).toBe(false);
  });

  it("lies in a folder of month, cluster and run, whatever these are called", () => {
    expect(evidenceFolder(at(20), "prod-weu", "restore:1")).toBe("restore-test/2026-11/prod-weu/restore_1");
    expect(runFolder(at(20), "restore-1")).toBe("restore-test/2026-11/_runs/restore-1");
    expect(evidenceFolder(at(20), "..", "a/b")).toBe("restore-test/2026-11/_/a_b");
  });
});

describe("a kept record", () => {
  it.each([
    [evidenceFolder(at(20), "prod-weu", "run-1"), "prod-weu"],
    [runFolder(at(20), "run-1"), null],
  ])("is known by the path of its manifest: %s", (folder, cluster) => {
    const record = { kind: "restore-test", month: "2026-11", cluster, run: "run-1", folder };
    expect(readRecordPath(`${folder}/manifest.json`)).toEqual(record);
  });

  it.each(["restore-test/2026-11/a/b/report.json", "restore-test/2026/a/b/manifest.json", "manifest.json", ""])(
    "is not %j",
    (path) => {
      expect(readRecordPath(path)).toBeUndefined();
    },
  );
});
