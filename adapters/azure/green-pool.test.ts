import type { AgentPool } from "@azure/arm-containerservice";
import { describe, expect, it } from "vitest";
import { greenPool } from "./green-pool.ts";

/** What the owner of a pool chose. */
const chosen: AgentPool = {
  count: 3,
  minCount: 2,
  maxCount: 6,
  enableAutoScaling: true,
  vmSize: "Standard_D4s_v5",
  osDiskSizeGB: 128,
  osDiskType: "Ephemeral",
  vnetSubnetID: "/subscriptions/1/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes",
  podSubnetID: "/subscriptions/1/resourceGroups/net/providers/Microsoft.Network/virtualNetworks/v/subnets/pods",
  maxPods: 110,
  osType: "Linux",
  osSKU: "AzureLinux",
  mode: "User",
  typePropertiesType: "VirtualMachineScaleSets",
  availabilityZones: ["1", "2", "3"],
  nodeLabels: { workload: "shop" },
  nodeTaints: ["workload=shop:NoSchedule"],
  scaleSetPriority: "Spot",
  spotMaxPrice: -1,
  enableEncryptionAtHost: true,
  kubeletConfig: { cpuManagerPolicy: "static" },
  upgradeSettings: { maxSurge: "33%", drainTimeoutInMinutes: 30 },
  securityProfile: { enableSecureBoot: true },
};

/** What Azure reports of it. */
const reported: AgentPool = {
  id: "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/a/agentPools/shop",
  name: "shop",
  type: "Microsoft.ContainerService/managedClusters/agentPools",
  eTag: "5e7ec123",
  provisioningState: "Succeeded",
  powerState: { code: "Running" },
  nodeImageVersion: "AKSUbuntu-2204gen2containerd-202601.05.0",
  currentOrchestratorVersion: "1.33.5",
  status: {},
  virtualMachineNodesStatus: [],
};

describe("the pool that replaces another", () => {
  it("has everything its owner chose, the version it runs and the run's tag, and nothing that Azure reports", () => {
    const blue = { ...chosen, ...reported, orchestratorVersion: "1.33", tags: { team: "shop" } };
    expect(greenPool(blue, "upgrade-1", "")).toEqual({
      ...chosen,
      orchestratorVersion: "1.33.5",
      tags: { team: "shop", "drydock-run": "upgrade-1" },
    });
  });

  it("is not pinned to the old node image by a snapshot", () => {
    const snapshot = "/subscriptions/1/resourceGroups/rg/providers/Microsoft.ContainerService/snapshots/s";
    expect(greenPool({ ...chosen, creationData: { sourceResourceId: snapshot } }, "r", "")).not.toHaveProperty(
      "creationData",
    );
  });

  it.each([
    ["the version that was asked for, when Azure reports none", { orchestratorVersion: "1.33" }, "", "1.33"],
    ["the version that it runs", { orchestratorVersion: "1.32", currentOrchestratorVersion: "1.33.5" }, "", "1.33.5"],
    [
      "the version that the run goes to, whatever the other one runs",
      { orchestratorVersion: "1.32", currentOrchestratorVersion: "1.33.5" },
      "1.34.2",
      "1.34.2",
    ],
    ["the version that the run goes to, when none is known", {}, "1.34.2", "1.34.2"],
    ["none, when none is known", {}, "", undefined],
  ])("takes %s", (_what, versions, version, expected) => {
    expect(greenPool(versions, "r", version).orchestratorVersion).toBe(expected);
  });

  it("takes its run's tag in place of the one of the run that made the blue pool", () => {
    expect(greenPool({ tags: { "drydock-run": "upgrade-1" } }, "upgrade-2", "").tags).toEqual({
      "drydock-run": "upgrade-2",
    });
  });

  it("leaves the blue pool as it is", () => {
    const blue = Object.freeze({ ...chosen, ...reported, tags: Object.freeze({ team: "shop" }) });
    greenPool(blue, "upgrade-1", "");
    expect(blue.tags).toEqual({ team: "shop" });
  });
});
