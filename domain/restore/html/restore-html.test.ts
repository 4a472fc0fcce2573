import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { at, exampleReport, exampleTest } from "../report-examples.ts";
import { escapeHtml } from "./markup.ts";
import { restoreHtml } from "./restore-html.ts";

const NASTY = `</style></title><script>alert(1)</script><img src=x onerror="alert(1)">" onload='x' &lt; <!-- \u0000 --> ]]>`;

/** Every text of a report replaced, but for words that are the report's own. */
function poisoned(text: string) {
  const base = exampleReport([
    exampleTest({
      ...{ cluster: text, scratchCluster: text, folder: text },
      point: { id: text, takenAt: at(20), tier: text },
      counts: [{ kind: text, expected: 1, found: 0 }],
      probes: [{ name: text, outcome: "failed", why: text, newestDataAt: null, evidence: "probes/a.log" }],
      problems: [{ object: text, code: text, message: text, remedy: text }],
      phases: exampleTest().phases.map((phase) => ({ ...phase, reason: text })),
    }),
    exampleTest(),
  ]);
  const finding = { code: text, severity: "blocker" as const, subject: text, cluster: text };
  return {
    ...base,
    id: text,
    trigger: { by: text, reason: text, event: null },
    findings: [{ ...finding, message: text, evidence: [text], remedy: text }],
    cost: { amount: 1, currency: text, isComplete: false },
    signals: [{ id: "s", kind: "cancel" as const, by: text, reason: text, at: at(20), gate: null }],
  };
}

/** The tags of a page, without their attributes' values. */
function tagsOf(page: string): string[] {
  return [...page.matchAll(/<\/?[a-z!][^>]*>/gi)].map(([tag]) => tag.replace(/"[^"]*"/g, '""'));
}

describe("a report of restore tests in HTML", () => {
  const page = restoreHtml(exampleReport(), () => new Map([["probes/orders.log", "12 rows\nbad <row>\n"]]));

  it("says verdict, point, RPO, RTO, phases, counts, probes with their logs, what is missing and the digests", () => {
    for (const said of [
      "<title>Restore test run-1: failed</title>",
      "0 of 1 backups proven.",
      "Recovery point abc of 2026-11-20T02:00:00.000Z (operational, azure-backup).",
      "RPO 6 h 30 min by the newest data, 30 min when the point was taken; objective 24 h.",
      "RTO 1 h; objective 60 min.",
      "<td>Deployment</td><td>3</td><td>2</td>",
      "12 rows\nbad &lt;row&gt;\n",
      "deployments.apps/shop/cart",
      "a".repeat(64),
      "Mend it.",
    ]) {
      expect(page).toContain(said);
    }
  });

  it("draws the phases to scale, and each measure against its objective", () => {
    const bars = [...page.matchAll(/<rect class="fill" x="([\d.]+)" y="\d+" width="([\d.]+)"/g)].map(([, x, width]) => [
      Number(x),
      Number(width),
    ]);
    expect(bars).toHaveLength(2);
    const [[, restore = 0] = [], [from = 0, probe = 0] = []] = bars;
    expect(restore / probe).toBeCloseTo(30, 0);
    expect(from).toBeCloseTo(90 + restore, 0);
    expect(page).toContain('aria-label="RTO: 1 h of 1 h"');
  });

  it("opens what a probe that did not hold said, and folds the rest", () => {
    expect(page).toContain("<details open>");
    const probes = exampleTest().probes.map((probe) => ({ ...probe, outcome: "held" as const }));
    const held = restoreHtml(exampleReport([exampleTest({ probes })]), () => new Map([["probes/orders.log", "x"]]));
    expect(held).toContain("<details><summary>");
  });

  it("shows the end of a long log, and says that there is more", () => {
    const log = `first\n${"x".repeat(9_000)}\nlast`;
    const long = restoreHtml(exampleReport(), () => new Map([["probes/orders.log", log]]));
    expect(long).toContain("characters before this are in the evidence]");
    expect(long).toContain("last</pre>");
    expect(long).not.toContain("first");
  });

  it("loads nothing, runs nothing, and follows no link", () => {
    expect(page).toContain("default-src 'none'");
    expect(page).not.toMatch(/<script|<link|<img|<iframe|<a |\bon\w+=|url\(|@import|javascript:|https?:\/\//i);
  });

  it("says when nothing was restored, and when nothing was kept", () => {
    const empty = { point: null, measure: null, phases: [], counts: [], probes: [], problems: [], evidence: [] };
    const text = restoreHtml(exampleReport([exampleTest(empty)]));
    expect(text).toContain("No recovery point was restored (azure-backup).");
    expect(text).toContain("None was kept.");
    expect(text).not.toContain("<svg");
  });

  it("shows what comes from outside as text: its tags are those of a report without it", () => {
    const logs = (text: string) => () => new Map([["probes/a.log", text]]);
    const plain = restoreHtml(poisoned("x"), logs("x"));
    const nasty = restoreHtml(poisoned(NASTY), logs(NASTY));
    expect(tagsOf(nasty)).toEqual(tagsOf(plain));
    expect(nasty).not.toContain("<script");
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."<>\"'&/=! -abscript\u0000\ud800") }), (text) => {
        // An empty text is left out here and there, with its tags.
        expect(tagsOf(restoreHtml(poisoned(`x${text}`), logs(`x${text}`)))).toEqual(tagsOf(plain));
      }),
      { numRuns: 200 },
    );
  });
});

describe("escapeHtml", () => {
  it.each([
    [`<a href="x" id='y'>&amp;</a>`, "&lt;a href=&quot;x&quot; id=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;"],
    ["a\r\nb\rc\td", "a\nb\nc\td"],
    ["a\u0000\u001b[31mb\u0085", "a[31mb"],
    ["half \ud83d", "half \ufffd"],
    ["🚢 é", "🚢 é"],
  ])("makes %j text", (text, expected) => {
    expect(escapeHtml(text)).toBe(expected);
  });
});
