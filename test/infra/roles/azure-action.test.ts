import { describe, expect, it } from "vitest";
import { azureActionOf } from "./azure-action.ts";

const GROUP = "/subscriptions/s/resourceGroups/rg-prod";
const CLUSTER = `${GROUP}/providers/Microsoft.ContainerService/managedClusters/prod`;
const VAULT = `${GROUP}/providers/Microsoft.DataProtection/backupVaults/bv`;
const SCRATCH = "/subscriptions/s/resourceGroups/rg-drydock-scratch-x";

describe("the action that a request needs", () => {
  it.each([
    ["GET", `${CLUSTER}?api-version=1`, "clusterOperator", "Microsoft.ContainerService/managedClusters/read"],
    ["PUT", CLUSTER, "clusterOperator", "Microsoft.ContainerService/managedClusters/write"],
    [
      "PUT",
      `${CLUSTER}/agentPools/apps`,
      "clusterOperator",
      "Microsoft.ContainerService/managedClusters/agentPools/write",
    ],
    [
      "DELETE",
      `${CLUSTER}/agentPools/apps`,
      "clusterOperator",
      "Microsoft.ContainerService/managedClusters/agentPools/delete",
    ],
    ["GET", `${CLUSTER}/agentPools`, "clusterOperator", "Microsoft.ContainerService/managedClusters/agentPools/read"],
    [
      "POST",
      `${CLUSTER}/agentPools/apps/upgradeNodeImageVersion`,
      "clusterOperator",
      "Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action",
    ],
    [
      "POST",
      `${CLUSTER}/listClusterUserCredential`,
      "clusterOperator",
      "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action",
    ],
    [
      "GET",
      `${CLUSTER}/upgradeProfiles/default`,
      "clusterOperator",
      "Microsoft.ContainerService/managedClusters/upgradeProfiles/read",
    ],
    [
      "GET",
      "/subscriptions/s/providers/Microsoft.ContainerService/managedClusters",
      "fleetReader",
      "Microsoft.ContainerService/managedClusters/read",
    ],
    [
      "GET",
      "/subscriptions/s/providers/Microsoft.Compute/locations/westeurope/usages",
      "fleetReader",
      "Microsoft.Compute/locations/usages/read",
    ],
    [
      "GET",
      `${GROUP}/providers/Microsoft.Network/virtualNetworks/v/subnets/nodes`,
      "fleetReader",
      "Microsoft.Network/virtualNetworks/subnets/read",
    ],
    [
      "POST",
      "/providers/Microsoft.ResourceGraph/resources?api-version=2",
      "fleetReader",
      "Microsoft.ResourceGraph/resources/read",
    ],
    [
      "POST",
      `${VAULT}/backupInstances/i/validateRestore`,
      "restoreTester",
      "Microsoft.DataProtection/backupVaults/backupInstances/validateRestore/action",
    ],
    [
      "GET",
      `${VAULT}/backupInstances/i/recoveryPoints`,
      "restoreTester",
      "Microsoft.DataProtection/backupVaults/backupInstances/recoveryPoints/read",
    ],
    ["PUT", SCRATCH, "restoreTester", "Microsoft.Resources/subscriptions/resourceGroups/write"],
    [
      "GET",
      "/subscriptions/s/resourcegroups?$filter=x",
      "restoreTester",
      "Microsoft.Resources/subscriptions/resourceGroups/read",
    ],
    [
      "PUT",
      `${SCRATCH}/providers/Microsoft.ContainerService/managedClusters/x`,
      "restoreTester",
      "Microsoft.ContainerService/managedClusters/write",
    ],
    [
      "PUT",
      `${CLUSTER}/providers/Microsoft.Authorization/roleAssignments/g`,
      "restoreTester",
      "Microsoft.Authorization/roleAssignments/write",
    ],
    [
      "PUT",
      `${SCRATCH}/providers/Microsoft.ContainerService/managedClusters/x/providers/Microsoft.KubernetesConfiguration/extensions/e`,
      "restoreTester",
      "Microsoft.KubernetesConfiguration/extensions/write",
    ],
  ])("%s %s is the %s's %s", (method, path, role, action) => {
    expect(azureActionOf(method, path)).toEqual({ role, action });
  });

  it.each(["/kubernetes/prod/api/v1/pods", "/msi/token?resource=x", "/teams/webhook/k", "/prometheus/api/v1/query"])(
    "is none for %s, which is not asked of Resource Manager",
    (path) => {
      expect(azureActionOf("GET", path)).toBeUndefined();
    },
  );
});
