import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding } from "./finding.ts";
import type { ClusterResult, DrainResult, PoolResult, UpgradeReport } from "./report.ts";
import { escapeMarkdown, reportMarkdown } from "./report-markdown.ts";
import type { Signal } from "./run-control.ts";

function drain(node: string, outcome: DrainResult["outcome"], evicted: number): DrainResult {
  const times = { startedAt: "2026-03-01T12:05:00Z", endedAt: "2026-03-01T12:09:00Z" };
  return { node, outcome, podsTotal: 9, podsLeft: 0, evicted, blockers: [], ...times };
}

function pool(change: Partial<PoolResult> = {}): PoolResult {
  return {
    name: "shop",
    mode: "User",
    strategy: "blueGreen",
    outcome: "done",
    state: "done",
    fromImage: "AKSUbuntu-2204-202601.05.0",
    toImage: "AKSUbuntu-2204-202602.10.0",
    fromVersion: "1.33.5",
    toVersion: "1.33.5",
    replacement: "shop2",
    drains: [drain("n1", "drained", 4), drain("n2", "failed", 1)],
    findings: [],
    startedAt: "2026-03-01T12:01:00Z",
    endedAt: "2026-03-01T12:21:30Z",
    ...change,
  };
}

function cluster(change: Partial<ClusterResult> = {}): ClusterResult {
  const times = { startedAt: "2026-03-01T12:00:00Z", endedAt: "2026-03-01T12:25:00Z" };
  const parts = { attempt: 1, controlPlane: null, pools: [pool()], findings: [] };
  return { name: "dev-weu", outcome: "done", reason: null, ...parts, ...times, ...change };
}

function finding(change: Partial<Finding> = {}): Finding {
  return {
    code: "BarePods",
    severity: "blocker",
    subject: "shop/toolbox",
    message: "pod shop/toolbox has no controller",
    evidence: ["on node n1"],
    remedy: "Give the pod a controller.",
    cluster: "dev-weu",
    ...change,
  };
}

function report(change: Partial<UpgradeReport> = {}): UpgradeReport {
  return {
    id: "upgrade-0123456789abcdef",
    kind: "upgrade",
    verdict: "passed",
    trigger: { by: "alex", reason: "CVE-2026-1", event: null },
    startedAt: "2026-03-01T12:00:00Z",
    endedAt: "2026-03-01T14:10:00Z",
    fleetDigest: "0".repeat(64),
    rings: [{ name: "dev", state: "done", reason: null, clusters: [cluster()], findings: [] }],
    signals: [],
    findings: [],
    ...change,
  };
}

const LEFT_ALONE: Partial<ClusterResult> = { attempt: 0, pools: [], startedAt: null, endedAt: null };

function signal(change: Partial<Signal> = {}): Signal {
  const at = "2026-03-01T12:10:00Z";
  return { id: "s1", kind: "approve", by: "bob", reason: "tested on dev", at, gate: "approve-prod", ...change };
}

describe("a report as Markdown", () => {
  it("tells what clusters that were tried again had come to before, and counts what was drained then", () => {
    const earlier = cluster({ outcome: "failed", reason: "a node did not drain", attempt: 1 });
    const rings = [
      {
        name: "dev",
        state: "done" as const,
        reason: null,
        clusters: [cluster({ attempt: 2 })],
        findings: [],
        earlierTries: [earlier],
      },
    ];
    const text = reportMarkdown(report({ rings }));
    expect(text).toContain("### Earlier tries\n\ndev-weu, try 1: failed (a node did not drain)\n");
    expect(text).toContain("2 nodes drained, 10 pods evicted");
  });

  it("tells verdict, trigger, numbers, rings, clusters, pools and findings", () => {
    const clusters = [
      cluster(),
      cluster({ name: "dev-neu", outcome: "skipped", reason: "dev-neu is stopped", ...LEFT_ALONE }),
    ];
    const rings: UpgradeReport["rings"] = [
      { name: "dev", state: "done", reason: null, clusters, findings: [] },
      { name: "prod", state: "skipped", reason: "halted: dev-weu failed", clusters: [], findings: [] },
    ];
    expect(reportMarkdown(report({ verdict: "passed-with-warnings", rings, findings: [finding()] }))).toBe(
      `# Upgrade upgrade-0123456789abcdef: passed-with-warnings

Started 2026-03-01T12:00:00Z by alex (CVE-2026-1), took 2 h 10 min.
1 of 2 clusters done, 0 control planes, 1 pools, 1 nodes drained, 5 pods evicted.

## Ring dev: done

### dev-weu: done, 25 min

| pool | strategy | Kubernetes | from image | to image | outcome | nodes | pods evicted | took |
| --- | --- | --- | --- | --- | --- | --- | --- | --- |
| shop → shop2 | blueGreen | 1.33.5 | AKSUbuntu-2204-202601.05.0 | AKSUbuntu-2204-202602.10.0 | done | 1 drained | 5 | 20 min 30 s |

Nodes of pool shop:

- n2: failed; 0 of 9 pods left

### dev-neu: skipped (dev-neu is stopped)

## Ring prod: skipped (halted: dev-weu failed)

## Findings

- **blocker** BarePods on dev-weu: pod shop/toolbox has no controller
  - on node n1
  - What to do: Give the pod a controller.

fleet.yaml: sha256 ${"0".repeat(64)}
`,
    );
  });

  it("tells what became of control planes, versions and tries, what people said, and what a ring found", () => {
    const controlPlane = {
      from: "1.33.5",
      to: "1.34.2",
      outcome: "done",
      startedAt: "2026-03-01T12:00:00Z",
      endedAt: "2026-03-01T12:09:00Z",
    } as const;
    const clusters = [cluster({ attempt: 2, controlPlane, pools: [pool({ toVersion: "1.34.2" })] })];
    const approved = finding({ code: "Approved", severity: "info", message: "bob approved it", cluster: null });
    const signals = [signal(), signal({ kind: "pause", gate: null, reason: "lunch" })];
    const rings: UpgradeReport["rings"] = [
      { name: "prod", state: "done", reason: null, clusters, findings: [approved] },
    ];
    expect(reportMarkdown(report({ rings, signals })).split("\n").slice(3, 23)).toEqual([
      "1 of 1 clusters done, 1 control planes, 1 pools, 1 nodes drained, 5 pods evicted.",
      "",
      "## Signals",
      "",
      "| when | who | what | answers | why |",
      "| --- | --- | --- | --- | --- |",
      "| 2026-03-01T12:10:00Z | bob | approve | approve-prod | tested on dev |",
      "| 2026-03-01T12:10:00Z | bob | pause |  | lunch |",
      "",
      "## Ring prod: done",
      "",
      "- **info** Approved: bob approved it",
      "",
      "### dev-weu: done, 2nd try, 25 min",
      "",
      "Control plane: Kubernetes 1.33.5 to 1.34.2, done, from 2026-03-01T12:00:00Z to 2026-03-01T12:09:00Z (9 min).",
      "",
      "| pool | strategy | Kubernetes | from image | to image | outcome | nodes | pods evicted | took |",
      "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
      "| shop → shop2 | blueGreen | 1.33.5 to 1.34.2 | AKSUbuntu-2204-202601.05.0 | AKSUbuntu-2204-202602.10.0 | done | 1 drained | 5 | 20 min 30 s |",
    ]);
  });

  it.each<[string, Partial<UpgradeReport>, string, RegExp]>([
    [
      "a run that broke before it planned",
      { verdict: "failed", rings: [], findings: [finding({ code: "RunFailed", cluster: null })] },
      "0 of 0 clusters done, 0 control planes, 0 pools, 0 nodes drained, 0 pods evicted.",
      /passed|### /,
    ],
    [
      "clusters that were left alone",
      {
        verdict: "passed-with-warnings",
        rings: [
          {
            name: "dev",
            state: "done",
            reason: null,
            clusters: [cluster({ outcome: "skipped", ...LEFT_ALONE })],
            findings: [],
          },
        ],
      },
      "0 of 1 clusters done",
      /dev-weu: done|\| shop/,
    ],
    [
      "a pool that failed",
      {
        verdict: "failed",
        rings: [
          {
            name: "dev",
            state: "failed",
            reason: "halted: dev-weu failed",
            clusters: [cluster({ outcome: "failed", pools: [pool({ outcome: "failed", replacement: null })] })],
            findings: [],
          },
        ],
      },
      "0 of 1 clusters done, 0 control planes, 0 pools, 1 nodes drained",
      /dev-weu: done|\| done \||→/,
    ],
    ["a run without findings", { findings: [] }, "## Findings\n\nNone.\n", /\*\*/],
  ])("says no more of %s than there was", (_what, change, says, neverSays) => {
    const text = reportMarkdown(report(change));
    expect(text).toContain(says);
    expect(text).not.toMatch(neverSays);
  });
});

describe("text from outside", () => {
  it.each([
    ["bold and code", "**x** `y` _z_", "\\*\\*x\\*\\* \\`y\\` \\_z\\_"],
    ["a link", "[a](https://b)", "\\[a\\]\\(https://b\\)"],
    ["an image", "![a](b)", "\\!\\[a\\]\\(b\\)"],
    ["HTML", "<img src=x>", "\\<img src=x\\>"],
    ["an entity", "&lt;b&gt;", "\\&lt;b\\&gt;"],
    ["a table's pipe", "a|b", "a\\|b"],
    ["a pipe that is escaped already", "a\\|b", "a\\\\\\|b"],
    ["a heading", "# x", "\\# x"],
    ["a line feed", "a\n# b", "a \\# b"],
    ["a carriage return alone", "a\r- b", "a - b"],
    ["Windows line ends", "a\r\nb", "a b"],
    ["a bullet", "- a", "\\- a"],
    ["a rule", "---", "\\---"],
    ["a numbered list", "12. a", "12\\. a"],
    ["what would be indented code", "    a", "a"],
    ["a version, which stays readable", "1.33.5 of AKSUbuntu-2204", "1.33.5 of AKSUbuntu-2204"],
    ["control characters", "a\u0000\u001bb", "a b"],
    ["nothing", "", ""],
  ])("shows %s as it is", (_what, text, expected) => {
    expect(escapeMarkdown(text)).toBe(expected);
  });

  const anything = fc.string({ unit: fc.constantFrom(..."ab1 .-=#|*_`~<>&[]()!\\\n\r\t{}+:é\u2028"), maxLength: 12 });

  it("reads the same once Markdown has taken the escapes away", () => {
    fc.assert(
      fc.property(anything, (text) => {
        const shown = escapeMarkdown(text).replace(/\\([!-/:-@[-`{-~])/g, "$1");
        expect(shown).toBe(text.replace(/[\p{Cc}\u2028\u2029]+/gu, " ").trim());
      }),
    );
  });

  it("never changes the shape of a report", () => {
    /** Headings, bullets and table cells of a text, line by line. */
    const shape = (text: string) =>
      text.split(/\r\n|\r|\n/).map((line) => {
        const bare = line.replace(/\\[!-/:-@[-`{-~]/g, "");
        return [/^(#+ |\s*- (\*\*blocker\*\*)?)?/.exec(bare)?.[0], bare.match(/[|*_`<[]/g)?.join("") ?? ""];
      });
    const times = { startedAt: "2026-03-01T12:00:00Z", endedAt: "2026-03-01T12:09:00Z" };
    const build = (text: string) =>
      reportMarkdown(
        report({
          id: text,
          signals: [signal({ by: text, reason: text, gate: text })],
          trigger: { by: text, reason: text, event: null },
          findings: [finding({ code: text, message: text, remedy: text, evidence: [text, text], cluster: text })],
          rings: [
            {
              name: text,
              state: "failed",
              reason: text,
              clusters: [
                cluster({
                  name: text,
                  reason: text,
                  controlPlane: { from: text, to: `${text}2`, outcome: "done", ...times },
                  pools: [pool({ name: text, toImage: text, toVersion: text })],
                }),
              ],
              findings: [finding({ code: text, message: text })],
            },
          ],
        }),
      );
    const plain = shape(build("x"));
    fc.assert(
      fc.property(anything, (text) => {
        expect(shape(build(`x${text}`))).toEqual(plain);
        expect(shape(build(`${text}x`))).toEqual(plain);
      }),
    );
  });
});
