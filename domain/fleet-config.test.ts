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

function mistakesOf(text: string): string {
  const parsed = parseFleetConfig(text);
  return "mistakes" in parsed ? describeMistakes("fleet.yaml", parsed.mistakes) : "none";
}

describe("fleet.yaml", () => {
  it("fills in careful defaults: system pools by surge, user pools blue/green, bare pods block", () => {
    const parsed = parseFleetConfig(good);
    expect("config" in parsed && parsed.config.upgrade).toEqual({
      systemPools: { strategy: "surge", parallelDrains: 1, soakMinutes: 0 },
      userPools: { strategy: "blueGreen", parallelDrains: 1, soakMinutes: 0 },
      drain: { timeoutMinutes: 30, barePods: "block", emptyDir: "delete" },
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
});
