import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMistakes, parseFleetConfig } from "./fleet-config.ts";

const ID =
  "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/a";
const good = `fleet: harbour
rings:
  - name: dev
clusters:
  - name: a
    resourceId: ${ID}
    ring: dev
`;

const row = (anchor: string) => `[${Array.from({ length: 10 }, () => anchor).join(",")}]`;
const BOMB = `a: &a ${row("x")}\nb: &b ${row("*a")}\nc: &c ${row("*b")}\nd: ${row("*c")}\n`;

function mistakesOf(text: string): string {
  const parsed = parseFleetConfig(text);
  return "mistakes" in parsed ? describeMistakes("fleet.yaml", parsed.mistakes) : "none";
}

describe("fleet.yaml", () => {
  it("fills in careful defaults: system pools by surge, user pools blue/green, bare pods block", () => {
    const parsed = parseFleetConfig(good);
    expect("config" in parsed && parsed.config.upgrade).toEqual({
      systemPools: { strategy: "surge", parallelDrains: 1, soakMinutes: 0, rollBack: true },
      userPools: { strategy: "blueGreen", parallelDrains: 1, soakMinutes: 0, rollBack: true },
      drain: {
        ...{ timeoutMinutes: 30, barePods: "block", emptyDir: "delete" },
        ...{ workloads: [], longestHoldMinutes: 240, poolTimeoutMinutes: null, onFailure: "undo", remedies: [] },
      },
      stallMinutes: 10,
      gates: { approvalHours: 72, haltHours: 24 },
      traffic: [],
    });
  });

  it("has rings halt at the first failure, upgrade images by themselves and tell of versions, unless it says more", () => {
    const parsed = parseFleetConfig(good);
    expect("config" in parsed && parsed.config.rings).toMatchObject([
      {
        ...{ name: "dev", maxParallel: 1, soakMinutes: 0, window: null },
        upgrades: { nodeImage: "auto", patch: "notify", minor: "notify" },
        failureBudget: 0,
      },
    ]);
  });

  it("may leave it all to the tags of clusters", () => {
    const found = "fleet: harbour\nrings:\n  - name: dev\ndiscover:\n  - tags: { fleet: harbour }\n    ringTag: ring\n";
    const parsed = parseFleetConfig(found);
    expect(parsed).toMatchObject({
      config: { clusters: [], discover: [{ tags: { fleet: "harbour" }, ringTag: "ring" }] },
    });
  });

  it.each([
    [
      "an unknown ring",
      good.replace("ring: dev", "ring: prod"),
      'fleet.yaml:7:11 clusters.0.ring: there is no ring "prod"',
    ],
    [
      "an unknown member",
      good.replace("  - name: dev", "  - name: dev\n    windows: 3"),
      /fleet.yaml:3:5 rings.0: Unrecognized key: "windows"/,
    ],
    [
      "a resource id that is none",
      good.replace(ID, "a"),
      /fleet.yaml:6:17 clusters.0.resourceId: expected the resource id/,
    ],
    ["a missing list", "fleet: x\n", /rings: Invalid input/],
    ["broken YAML", "fleet: [", /fleet.yaml:1:9 /],
    [
      "a freeze that ends before it begins, and so would freeze nothing",
      good.replace(
        "  - name: dev",
        `  - name: dev
    window:
      timeZone: Europe/Berlin
      weekly: [{ days: [sat], start: "22:00", hours: 4 }]
      freezes: [{ from: 2026-12-20, to: 2026-01-06, reason: year's end }]`,
      ),
      "fleet.yaml:7:41 rings.0.window.freezes.0.to: a freeze must not end before it begins",
    ],
    [
      "neither clusters nor what to discover",
      "fleet: harbour\nrings:\n  - name: dev\n",
      /clusters: there are no clusters, and nothing to discover/,
    ],
    [
      "a discovery without a tag",
      `${good}discover:\n  - tags: {}\n    ring: dev\n`,
      /fleet.yaml:9:11 discover.0.tags: at least one tag/,
    ],
    [
      "a discovery without a ring",
      `${good}discover:\n  - tags: { a: b }\n`,
      /fleet.yaml:9:5 discover.0: either ring or ringTag/,
    ],
    [
      "a discovery with two rings",
      `${good}discover:\n  - tags: { a: b }\n    ring: dev\n    ringTag: ring\n`,
      /discover.0: either ring or ringTag/,
    ],
    [
      "a discovery for an unknown ring",
      `${good}discover:\n  - tags: { a: b }\n    ring: prod\n`,
      'fleet.yaml:10:11 discover.0.ring: there is no ring "prod"',
    ],
    [
      "a budget that is no share",
      good.replace("  - name: dev", "  - name: dev\n    failureBudget: 1 in 10"),
      /rings.0.failureBudget: /,
    ],
    [
      "a minor version that goes by itself",
      good.replace("  - name: dev", "  - name: dev\n    upgrades: { minor: auto }"),
      /rings.0.upgrades.minor: /,
    ],
    ["an alias of no anchor", "fleet: *harbour\n", "fleet.yaml:1:8 there is no anchor &harbour before this alias"],
    ["a second document", `${good}---\nfleet: x\n`, "fleet.yaml:8:1 a second document begins"],
    ["a key that stands twice", `${good}fleet: x\n`, "fleet.yaml:8:1 Map keys must be unique"],
    ["a tag that nobody knows", "fleet: !secret x\n", /fleet.yaml:1:8 Unresolved tag: !secret/],
    ["aliases that multiply beyond measure", BOMB, /fleet.yaml:1:1 Excessive alias count/],
    ["nothing at all", "", "fleet.yaml:1:1 Invalid input: expected object, received null"],
    ["a resource id with a space", good.replace(ID, `"${ID} b"`), /fleet.yaml:6:17 /],
    [
      "a resource id that stands twice, in another case",
      `${good}  - name: b\n    resourceId: ${ID.toUpperCase()}\n    ring: dev\n`,
      /fleet.yaml:8:5 clusters.1: the resource id ".*" stands twice/,
    ],
    [
      "a ring that stands twice",
      good.replace("  - name: dev", "  - name: dev\n  - name: dev"),
      /rings.1: the ring "dev" stands/,
    ],
    [
      "a cluster that stands twice",
      `${good}  - name: a\n    resourceId: ${ID}b\n    ring: dev\n`,
      'fleet.yaml:8:5 clusters.1: the cluster "a" stands twice',
    ],
    [
      "a window that never was",
      good.replace("  - name: dev", "  - name: dev\n    window: { timeZone: Mars/Base, weekly: [] }"),
      /rings.0.window.timeZone: not an IANA/,
    ],
  ])("names file, line, column and path of %s", (_what, text, expected) => {
    if (typeof expected === "string") expect(mistakesOf(text)).toBe(expected);
    else expect(mistakesOf(text)).toMatch(expected);
  });

  it("is a configuration or a list of mistakes with their place, whatever the text", () => {
    const words =
      "fleet: ,rings:\n,clusters:\n,  - name: ,a,dev,&x ,*x,[,],{,},- ,: ,\n,? ,!t ,'\",\t,---\n,<<: ,#,|\n,1".split(
        ",",
      );
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...words), { maxLength: 15 }), (parts) => {
        const text = parts.join("");
        const parsed = parseFleetConfig(text);
        if ("config" in parsed) return;
        expect(parsed.mistakes.length).toBeGreaterThan(0);
        for (const { line, column, message } of parsed.mistakes) {
          expect(line).toBeGreaterThanOrEqual(1);
          expect(line).toBeLessThanOrEqual(text.split("\n").length);
          expect(column).toBeGreaterThanOrEqual(1);
          expect(message).not.toBe("");
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe("restore tests in fleet.yaml", () => {
  const tests = (cluster: string) => `restoreTests:
  scratch:
    subscriptionId: 11111111-2222-3333-4444-555555555555
    region: westeurope
    backupStorage: { storageAccountId: /subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg, container: c }
  clusters:
    - cluster: ${cluster}
`;

  it("are of clusters that are there", () => {
    expect(mistakesOf(`${good}${tests("a")}`)).toBe("none");
    expect(mistakesOf(`${good}${tests("b")}`)).toMatch(/restoreTests\.clusters\.0\.cluster: there is no cluster "b"/);
  });

  it("may be of clusters that are found by their tags, which only a run can know", () => {
    const discover = "discover:\n  - tags: { fleet: harbour }\n    ring: dev\n";
    expect(mistakesOf(`${good}${discover}${tests("b")}`)).toBe("none");
  });
});
