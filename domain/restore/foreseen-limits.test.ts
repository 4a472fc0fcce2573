import { describe, expect, it } from "vitest";
import type { BackupInstance, ProviderLimits } from "./backup-provider.ts";
import { type ForeseenInput, foreseenFindings } from "./foreseen-limits.ts";

const NOW = Date.parse("2026-11-20T08:00:00Z");
const limits: ProviderLimits = {
  ...{ restoresPerDay: 2, isRegional: true, volumeKinds: ["azure-disk"], namespacesMax: 10 },
  ...{ supportsWindowsNodes: false, supportsArmNodes: false, excludesVelero: true },
};
const instance = { name: "prod-weu", location: "westeurope", hasVolumeData: true } as BackupInstance;
const fine: ForeseenInput = {
  ...{ cluster: "prod-weu", instance, limits, targetLocation: "westeurope", restoresAt: [], nowMs: NOW },
  ...{ sourceVersion: "1.33.5", targetVersion: "1.33", volumes: [{ claim: "shop/db", kind: "azure-disk" }] },
  ...{ namespaces: 10, hasWindowsNodes: false, hasArmNodes: false, hasVelero: false },
};

describe("what is foreseen of a restore", () => {
  it.each<[string, Partial<ForeseenInput>, string[]]>([
    ["nothing in the way", {}, []],
    ["the region written otherwise", { targetLocation: "West Europe" }, []],
    ["another region", { targetLocation: "northeurope" }, ["blocker OtherRegion"]],
    ["as many restores as allowed", { restoresAt: hoursAgo(1, 23) }, ["blocker RestoreLimitReached"]],
    ["one fewer within the day", { restoresAt: hoursAgo(1, 24) }, []],
    ["a share among the volumes", { volumes: [{ claim: "a/b", kind: "azure-file" }] }, ["warning VolumeNotBackedUp"]],
    ["no data of volumes", { instance: { ...instance, hasVolumeData: false } }, ["warning BackupWithoutVolumes"]],
    ["too many namespaces", { namespaces: 11 }, ["warning TooManyNamespaces"]],
    ["another minor", { targetVersion: "1.34.1" }, ["warning KubernetesVersionSkew"]],
    ["an unknown version", { sourceVersion: "" }, ["warning KubernetesVersionSkew"]],
    ["Windows nodes", { hasWindowsNodes: true }, ["blocker WindowsNodes"]],
    ["Arm64 nodes", { hasArmNodes: true }, ["blocker ArmNodes"]],
    ["another Velero", { hasVelero: true }, ["blocker OtherVelero"]],
  ])("with %s", (_what, more, expected) => {
    const findings = foreseenFindings({ ...fine, ...more });
    expect(findings.map(({ severity, code }) => `${severity} ${code}`)).toEqual(expected);
  });

  it("tells when the limit of restores ends", () => {
    const [finding] = foreseenFindings({ ...fine, restoresAt: hoursAgo(1, 20) });
    expect(finding?.remedy).toBe("Run again after 2026-11-20T12:00:00.000Z.");
  });

  it("of a service without limits is nothing but the version", () => {
    const free: ProviderLimits = {
      ...{ restoresPerDay: null, isRegional: false, namespacesMax: null, excludesVelero: false },
      ...{ volumeKinds: ["azure-disk", "other"], supportsWindowsNodes: true, supportsArmNodes: true },
    };
    const worst = { hasWindowsNodes: true, hasArmNodes: true, hasVelero: true, namespaces: 5_000 };
    const input = { ...fine, ...worst, limits: free, targetLocation: "eastus", restoresAt: hoursAgo(1, 2, 3) };
    expect(foreseenFindings(input)).toEqual([]);
  });
});

function hoursAgo(...hours: number[]): string[] {
  return hours.map((one) => new Date(NOW - one * 3_600_000).toISOString());
}
